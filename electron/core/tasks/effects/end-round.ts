import type { ErrorBody } from '../../../../shared/errors.ts'
import type { TaskContext } from '../context.ts'
import { NEXT_ROUND } from '../launch-round.ts'
import { startNextRound } from '../send-message.ts'
import type { EffectArgs, EffectEnd, EffectScope } from './types.ts'

export function finishRound({ context, task }: EffectScope, { result }: EffectArgs<'finish-round'>): EffectEnd<'finish-round'> {
  return {
    value: {},
    commit() {
      const { tasks, progress, engine } = context
      tasks.update(task.id, { status: 'completed', reason: null, until: null, result })
      progress.append(task.id, { type: 'complete', result })
      engine.send([{ id: `${task.id}.completed.${task.round}`, name: 'brain/task.completed', data: { taskId: task.id, round: task.round, result: JSON.parse(JSON.stringify(result)) } }])
      takeUpLateMessages(context, task.id)
    },
  }
}

export function failRound({ context, task }: EffectScope, { error }: EffectArgs<'fail-round'>): EffectEnd<'fail-round'> {
  return { value: {}, commit: () => markFailed(context, task.id, error) }
}

/** In the caller's transaction: also for a run that failed without saying so itself. */
export function markFailed({ tasks, progress, engine }: TaskContext, taskId: string, error: ErrorBody): void {
  const task = tasks.find(taskId)
  tasks.update(taskId, { status: 'failed', reason: null, until: null, error })
  progress.append(taskId, { type: 'failed', error, recoverable: true })
  engine.send([{ id: `${taskId}.failed.${task.round}`, name: 'brain/task.failed', data: { taskId, round: task.round, error: JSON.parse(JSON.stringify(error)) } }])
}

/** What was said after the round's last turn was not read by it: it starts the next round. */
function takeUpLateMessages(context: TaskContext, taskId: string): void {
  const late = context.messages.untaken(taskId)
  if (late.length === 0) return
  for (const message of late) context.messages.take(taskId, message.position, NEXT_ROUND)
  startNextRound(context, taskId, { text: late.map((message) => message.text).join('\n\n'), files: late.flatMap((message) => message.files), options: {} })
}
