import type { EngineHooks, RunView } from '../engine/types.ts'
import type { TaskContext } from './context.ts'
import { markFailed } from './effects/end-round.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import { errorCodeSchema } from '../../../shared/errors.ts'

/** What went on by itself after a restart, for the thin line that says so. */
export interface RecoveredTask {
  taskId: string
  step: string
}

/** What the engine tells of runs, written into the task in the same transaction. */
export function createRunHooks(context: () => TaskContext, recovered: RecoveredTask[]): EngineHooks {
  return {
    runEnded(run, outcome) {
      const task = taskOf(context(), run)
      // A child's end is its parent's matter, and a round that ended has said so itself.
      if (!task || run.parentRunId !== null || FINISHED_STATUSES.has(task.status)) return
      if (outcome.status === 'failed') {
        const code = errorCodeSchema.safeParse(outcome.error.code)
        markFailed(context(), task.id, { code: code.success ? code.data : 'INTERNAL', message: outcome.error.message })
      }
    },
    runParked(run, reason, message) {
      const task = taskOf(context(), run)
      if (!task || FINISHED_STATUSES.has(task.status)) return
      context().tasks.update(task.id, { reason, until: null, error: { code: reason === 'diverged' ? 'RUN_DIVERGED' : 'WORKER_CRASHED', message } })
    },
    runRecovered(run, reason, lastStepName) {
      const task = taskOf(context(), run)
      if (!task || FINISHED_STATUSES.has(task.status)) return
      context().progress.append(task.id, { type: 'recovered', runId: run.id, reason, ...(lastStepName ? { stepId: lastStepName } : {}) })
      if (reason === 'restart') recovered.push({ taskId: task.id, step: lastStepName ?? 'the beginning' })
    },
  }
}

function taskOf({ tasks }: TaskContext, run: RunView): ReturnType<TaskContext['tasks']['get']> {
  return run.groupKey === null ? undefined : tasks.get(run.groupKey)
}

/** A long-lived owner drives everything that was left: its tasks get this owner's epoch. What a person stopped stays stopped. */
export function takeUpEverything({ tasks, engine, epoch, db }: TaskContext): void {
  db.transaction(() => {
    for (const task of tasks.unfinished({})) {
      if (task.epoch === 0) continue
      tasks.update(task.id, { epoch })
      engine.adopt(task.id)
    }
  })
}
