import type { Db } from './database.ts'

/** Work is executed by the app; timers are fired by the engine itself. */
export type WorkKind = 'discovery' | 'step'
export type TimerKind = 'timer' | 'start-timeout' | 'finish-timeout'

export interface QueueItem<Kind = WorkKind | TimerKind> {
  id: number
  runId: string
  kind: Kind
  /** Empty for what concerns the whole run. */
  stepId: string
  dueAt: number
  attempt: number
}

/** What the loop needs to choose by, without reading the run. */
export interface DueItem extends QueueItem {
  functionId: string
  groupKey: string | null
}

export interface QueueStore {
  /** An item that is there already stays; one that is executing is marked as wanted once more. */
  enqueue(item: Omit<QueueItem, 'id' | 'attempt'> & { score: number }): void
  /** Due and free, of runs that are not parked, in the order in which they are to go. */
  listDue(now: number): DueItem[]
  /** When the next item that is not due yet becomes so. */
  nextDueAt(now: number): number | undefined
  claim(id: number, dispatch: number): void
  reschedule(id: number, attempt: number, dueAt: number): void
  /** Done with: removed, or put back at once where it was wanted once more. */
  finish(id: number, now: number): void
  resetAttempt(id: number): void
  delete(runId: string, kind: WorkKind | TimerKind, stepId: string): void
  deleteOfRun(runId: string): void
  /** Nothing executes the run any more: its items may be taken again, with the attempts they had. */
  releaseOfRun(runId: string): void
  /** Whether anything of the run executes, waits for a slot, or waits for its time. */
  stateOfRun(runId: string, now: number): { claimed: boolean; due: boolean; later: boolean }
}

const COLUMNS = 'q.id, q.run_id AS runId, q.kind, q.step_id AS stepId, q.due_at AS dueAt, q.attempt'

export function createQueueStore(db: Db): QueueStore {
  const enqueue = db.prepare<[string, string, string, number, number]>(
    `INSERT INTO queue (run_id, kind, step_id, due_at, score, attempt) VALUES (?, ?, ?, ?, ?, 0)
     ON CONFLICT (run_id, kind, step_id) DO UPDATE SET dirty = 1 WHERE claimed IS NOT NULL`,
  )
  const due = db.prepare<[number], DueItem>(
    `SELECT ${COLUMNS}, r.function_id AS functionId, r.group_key AS groupKey FROM queue q JOIN runs r ON r.id = q.run_id
     WHERE q.due_at <= ? AND q.claimed IS NULL AND r.status <> 'parked' ORDER BY q.score, q.id`,
  )
  const nextDue = db.prepare<[number], { dueAt: number | null }>('SELECT min(due_at) AS dueAt FROM queue WHERE due_at > ?')
  const claim = db.prepare<[number, number]>('UPDATE queue SET claimed = ?, dirty = 0 WHERE id = ?')
  const reschedule = db.prepare<[number, number, number]>('UPDATE queue SET claimed = NULL, dirty = 0, attempt = ?, due_at = ? WHERE id = ?')
  const again = db.prepare<[number, number]>('UPDATE queue SET claimed = NULL, dirty = 0, attempt = 0, due_at = ? WHERE id = ? AND dirty = 1')
  const remove = db.prepare<[number]>('DELETE FROM queue WHERE id = ?')
  const resetAttempt = db.prepare<[number]>('UPDATE queue SET attempt = 0 WHERE id = ?')
  const removeOne = db.prepare<[string, string, string]>('DELETE FROM queue WHERE run_id = ? AND kind = ? AND step_id = ?')
  const removeOfRun = db.prepare<[string]>('DELETE FROM queue WHERE run_id = ?')
  const release = db.prepare<[string]>('UPDATE queue SET claimed = NULL, dirty = 0 WHERE run_id = ? AND claimed IS NOT NULL')
  const state = db.prepare<[number, number, string], { claimed: number | null; due: number | null; later: number | null }>(
    `SELECT max(claimed IS NOT NULL) AS claimed, max(claimed IS NULL AND due_at <= ?) AS due, max(claimed IS NULL AND due_at > ?) AS later
     FROM queue WHERE run_id = ? AND kind IN ('discovery', 'step')`,
  )

  return {
    enqueue: ({ runId, kind, stepId, dueAt, score }) => void enqueue.run(runId, kind, stepId, Math.round(dueAt), Math.round(score)),
    listDue: (now) => due.all(now),
    nextDueAt: (now) => nextDue.get(now)?.dueAt ?? undefined,
    claim: (id, dispatch) => void claim.run(dispatch, id),
    reschedule: (id, attempt, dueAt) => void reschedule.run(attempt, Math.round(dueAt), id),
    finish(id, now) {
      if (again.run(now, id).changes === 0) remove.run(id)
    },
    resetAttempt: (id) => void resetAttempt.run(id),
    delete: (runId, kind, stepId) => void removeOne.run(runId, kind, stepId),
    deleteOfRun: (runId) => void removeOfRun.run(runId),
    releaseOfRun: (runId) => void release.run(runId),
    stateOfRun(runId, now) {
      const row = state.get(now, now, runId)
      return { claimed: row?.claimed === 1, due: row?.due === 1, later: row?.later === 1 }
    },
  }
}
