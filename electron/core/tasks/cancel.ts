import { RainyError } from '../../../shared/errors.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import type { TaskContext } from './context.ts'

/** Ends a task for good; what runs of it is stopped. NOT_RESUMABLE where it has ended already. */
export function cancelTask({ db, tasks, progress, engine, inbox }: TaskContext, input: { taskId: string; reason?: string | undefined }): { taskId: string } {
  const task = tasks.find(input.taskId)
  if (FINISHED_STATUSES.has(task.status)) throw new RainyError('NOT_RESUMABLE', `Task ${task.id} is ${task.status} already.`)
  db.transaction(() => {
    engine.cancelGroup(task.id)
    inbox.withdraw(task.id)
    tasks.update(task.id, { status: 'cancelled', reason: null, until: null })
    progress.append(task.id, { type: 'cancelled', reason: input.reason ?? 'cancelled by the user' })
    engine.send([{ id: `${task.id}.cancelled.${task.round}`, name: 'brain/task.cancelled', data: { taskId: task.id } }])
  })
  return { taskId: task.id }
}

/** Stops what runs of a task and keeps it: `rainy resume` goes on. One that has ended is left as it is; one that waits for someone still does. */
export async function interruptTask({ db, tasks, progress, engine }: TaskContext, input: { taskId: string }): Promise<{ taskId: string }> {
  const task = tasks.find(input.taskId)
  if (FINISHED_STATUSES.has(task.status)) return { taskId: task.id }
  await engine.interruptGroup(task.id)
  db.transaction(() => {
    const now = tasks.find(task.id)
    if (FINISHED_STATUSES.has(now.status)) return
    // What waits for a decision goes on once it is made, whoever the owner is then.
    if (now.status !== 'parked') tasks.update(task.id, { epoch: 0 })
    progress.append(task.id, { type: 'interrupted', reason: 'stopped by the user', next: `rainy resume ${task.id}` })
  })
  return { taskId: task.id }
}
