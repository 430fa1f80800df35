import type { ProgressEvent } from '../../../shared/progress.ts'

/** A call's arguments come with its beginning; its end is told with them too. */
export function createCallMemory(): { remember(event: ProgressEvent): ProgressEvent } {
  const args = new Map<string, Extract<ProgressEvent, { type: 'tool' }>['args']>()
  return {
    remember(event) {
      if (event.type !== 'tool') return event
      if (event.status === 'pending') args.set(event.callId, event.args)
      const known = args.get(event.callId)
      if (event.status !== 'pending') args.delete(event.callId)
      return event.args === undefined && known !== undefined ? { ...event, args: known } : event
    },
  }
}
