import type { TaskStatus } from '../../../shared/tasks.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { TaskContext } from './context.ts'
import { asParkedReason, nextCommand } from './suspend.ts'

type Needs = Pick<TaskContext, 'db' | 'engine' | 'inbox' | 'tasks' | 'progress' | 'epoch'>

/**
 * Keeps each task's status in step with its runs: running while anything of it can move, waiting while something of it wakes at a
 * time by itself, else parked for someone. Called after changes of the engine; writes only where something is different.
 */
export function settleTasks(needs: Needs): void {
  for (const task of needs.tasks.unfinished({ epoch: needs.epoch })) settle(needs, task)
}

function settle(needs: Needs, task: TaskRow): void {
  const { db, engine, tasks, progress } = needs
  const live = engine.runsOfGroup(task.id).filter((run) => run.status !== 'completed' && run.status !== 'failed' && run.status !== 'cancelled')
  if (live.length === 0) return
  const view = live.some((run) => run.status === 'running' || run.status === 'queued') ? moving(task) : engine.sleeps(task.id) ? sleeping(task) : resting(needs, task, live.some((run) => run.status === 'parked'))
  if (view.status === task.status && view.reason === task.reason) return
  db.transaction(() => {
    tasks.update(task.id, { status: view.status, reason: view.reason, ...(view.status === 'running' ? { until: null } : {}) })
    progress.append(task.id, {
      type: 'status',
      status: view.status,
      ...(view.reason ? { reason: view.reason } : {}),
      ...(view.status === 'waiting' && task.until !== null ? { until: task.until } : {}),
    })
    const parked = view.status === 'parked' ? asParkedReason(view.reason) : undefined
    if (parked) progress.append(task.id, { type: 'parked', reason: parked, next: nextCommand(parked, task.id, needs.inbox.list({ taskId: task.id })) })
  })
}

function moving(task: TaskRow): { status: TaskStatus; reason: string | null } {
  // Set by a step that is about to suspend: its run still moves for a moment.
  return { status: 'running', reason: task.status === 'running' ? task.reason : null }
}

/** Also where another run of the task waits for someone: it is parked as soon as nothing else can move. */
function sleeping(task: TaskRow): { status: TaskStatus; reason: string | null } {
  return { status: 'waiting', reason: asParkedReason(task.reason) ? null : task.reason }
}

function resting({ inbox }: Needs, task: TaskRow, parkedRun: boolean): { status: TaskStatus; reason: string | null } {
  const pending = inbox.list({ taskId: task.id })[0]
  if (pending) return { status: 'parked', reason: pending.kind }
  if (parkedRun || asParkedReason(task.reason)) return { status: 'parked', reason: task.reason }
  return { status: 'waiting', reason: task.reason }
}

