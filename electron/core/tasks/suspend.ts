import type { Suspension } from '../../../shared/model.ts'
import type { ParkedReason } from '../../../shared/tasks.ts'
import type { TaskContext } from './context.ts'

/** Remembers why a run of the task stopped, in the transaction that stores the step. What the task shows follows once nothing of it moves: see settle.ts. */
export function noteSuspension({ tasks }: Pick<TaskContext, 'tasks'>, taskId: string, suspension: Suspension): void {
  if (suspension.on === 'until') tasks.update(taskId, { reason: suspension.reason, until: suspension.at })
  else tasks.update(taskId, { reason: suspension.on, until: null })
}

const PARKED_REASONS: ReadonlySet<string> = new Set<ParkedReason>(['approval', 'in-doubt', 'budget', 'disk', 'trust', 'turn-limit', 'time-limit', 'worker-crash', 'diverged'])

export function asParkedReason(reason: string | null): ParkedReason | undefined {
  return reason !== null && PARKED_REASONS.has(reason) ? (reason as ParkedReason) : undefined
}

/** The command that goes on, for someone who reads it in a terminal. */
export function nextCommand(reason: ParkedReason, taskId: string, approvals: readonly { id: string; workspace: string }[]): string {
  const resume = `rainy resume ${taskId}`
  const [first] = approvals
  switch (reason) {
    // Where everything was decided already, nothing is left but to go on.
    case 'approval':
      return first ? `rainy approve ${first.id} && ${resume}` : resume
    case 'in-doubt':
      return first ? `rainy decide ${first.id} rerun|skip|done && ${resume}` : resume
    case 'trust':
      return first ? `rainy trust ${first.workspace} && ${resume}` : resume
    case 'budget':
      return `${resume} --budget USD`
    case 'disk':
    case 'turn-limit':
    case 'time-limit':
    case 'worker-crash':
    case 'diverged':
      return resume
    default:
      return reason satisfies never
  }
}
