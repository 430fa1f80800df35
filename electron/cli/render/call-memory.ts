import type { ProgressEvent } from '../../../shared/progress.ts'

type ToolEvent = Extract<ProgressEvent, { type: 'tool' }>

/**
 * What earlier events said and a later one refers to: a call's arguments come with its beginning and belong to its end too; a
 * summary that was just read as an answer need not be read twice.
 */
export function createCallMemory(): { remember(event: ProgressEvent): ProgressEvent } {
  const args = new Map<string, ToolEvent['args']>()
  let answer = ''
  const withArgs = (event: ToolEvent): ToolEvent => {
    if (event.status === 'pending') {
      args.set(event.callId, event.args)
      return event
    }
    const known = args.get(event.callId)
    args.delete(event.callId)
    return event.args === undefined && known !== undefined ? { ...event, args: known } : event
  }
  return {
    remember(event) {
      if (event.type === 'tool') return withArgs(event)
      if (event.type === 'message' && event.agent !== 'user') answer = event.text.trim()
      return event.type === 'complete' && event.result.summary.trim() === answer ? { ...event, result: { ...event.result, summary: '' } } : event
    },
  }
}
