import type { ProgressEvent } from './progress.ts'
import { FINISHED_STATUSES } from './tasks.ts'
import type { TaskStatus } from './tasks.ts'

/** A parked or waiting task has not ended: it goes on by itself or by a decision. An interrupted one was stopped. */
function hasEnded(status: TaskStatus): boolean {
  return FINISHED_STATUSES.has(status) || status === 'interrupted'
}

/** Whether the task has ended with this event (true) or goes on (false); undefined: it says nothing of that. */
export function endOf(event: ProgressEvent): boolean | undefined {
  switch (event.type) {
    case 'complete':
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return true
    case 'status':
      return hasEnded(event.status)
    case 'step':
    case 'recovered':
      return false
    default:
      return undefined
  }
}
