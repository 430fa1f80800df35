import type { OperationParsedInput, TaskOptions } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { TaskContext } from './context.ts'
import { readInstructions } from '../config/workspace-config.ts'
import { launchFirstRound } from './launch-round.ts'
import { resumedHeader } from './task-header.ts'

/** Parked for these, a task goes on as soon as it is resumed; the others first need a decision. */
const RESUME_SETTLES: ReadonlySet<string> = new Set(['budget', 'disk', 'turn-limit', 'time-limit', 'worker-crash', 'diverged'])

/**
 * Goes on from the last checkpoint. Without an id: every task of the workspace that is interrupted, or parked with its reason
 * since resolved. Throws TASK_NOT_FOUND, AMBIGUOUS_ID, NOT_RESUMABLE.
 */
export async function resumeTasks(context: TaskContext, input: OperationParsedInput<'tasks.resume'>): Promise<{ taskIds: string[] }> {
  if (input.taskId !== undefined) {
    const task = context.tasks.find(input.taskId)
    if (FINISHED_STATUSES.has(task.status)) {
      throw new RainyError('NOT_RESUMABLE', `Task ${task.id} is ${task.status}; \`rainy run -c ${task.id} "…"\` goes on with it.`)
    }
    await resumeTask(context, task, input.options)
    return { taskIds: [task.id] }
  }
  const candidates = context.tasks.unfinished(input.workspace === undefined ? {} : { workspace: input.workspace }).filter((task) => canGoOn(context, task))
  for (const task of candidates) await resumeTask(context, task, input.options)
  return { taskIds: candidates.map((task) => task.id) }
}

function canGoOn({ inbox, trust }: TaskContext, task: TaskRow): boolean {
  if (task.status !== 'parked') return true
  if (task.reason === 'trust') return trust.isTrusted(task.workspace)
  return inbox.list({ taskId: task.id }).length === 0
}

/** Also where a message is what makes the task go on. */
export async function resumeTask(context: TaskContext, task: TaskRow, options: TaskOptions): Promise<void> {
  const { db, tasks, engine, progress, trust, epoch, inbox } = context
  if (options.trust) trust.set(task.workspace, true)
  const settled = task.status === 'parked' && task.reason !== null && RESUME_SETTLES.has(task.reason)
  const resumed = resumedHeader(context, task.header, options, settled ? task.reason : null)
  const header = waitsForTrust(task) && trust.isTrusted(task.workspace) ? { ...resumed, instructions: await readInstructions(task.workspace, context.config) } : resumed
  engine.adopt(task.id)
  db.transaction(() => {
    tasks.update(task.id, { header, epoch, ...(settled ? { reason: null } : {}) })
    if (JSON.stringify(header) !== JSON.stringify(task.header)) recordHeader(context, task)
    if (waitsForTrust(task)) {
      if (!trust.isTrusted(task.workspace)) return
      const asked = inbox.list({ taskId: task.id }).find((approval) => approval.kind === 'trust')
      if (asked) inbox.decide(asked.id, 'approve', false)
      else launchFirstRound(context, task.id)
      return
    }
    if (settled) {
      engine.unparkGroup(task.id)
      engine.send([{ name: 'brain/task.unparked', data: { taskId: task.id, reason: task.reason ?? '' } }])
      tasks.update(task.id, { status: 'running' })
      progress.append(task.id, { type: 'status', status: 'running' })
    }
  })
}

function waitsForTrust(task: TaskRow): boolean {
  return task.status === 'parked' && task.reason === 'trust'
}

/** The header changes only so, and that is an event. */
function recordHeader({ engine, tasks }: TaskContext, task: TaskRow): void {
  const { header } = tasks.find(task.id)
  engine.send([{ name: 'brain/task.header-changed', data: { taskId: task.id, header: JSON.parse(JSON.stringify(header)) } }])
}
