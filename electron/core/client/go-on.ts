import type { RainyApi } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'

/** Parked for these, a task waits for its decision wherever it is; for any other reason a resume would decide. */
const DECISIONS: ReadonlySet<string> = new Set(['approval', 'in-doubt', 'trust'])

/** The new owner drives the task as the dead one did: one that was parked stays so, one that somebody has ended stays ended. */
export async function goOn(api: RainyApi, taskId: string): Promise<void> {
  const { status, reason = '' } = await api.call('tasks.get', { taskId })
  if (FINISHED_STATUSES.has(status) || (status === 'parked' && !DECISIONS.has(reason))) return
  try {
    await api.call('tasks.resume', { taskId })
  } catch (error) {
    // Ended between the look and the word.
    if (!(error instanceof RainyError && error.code === 'NOT_RESUMABLE')) throw error
  }
}
