import type { RainyError } from '../../../shared/errors.ts'
import type { ProgressBody, ProgressEvent } from '../../../shared/progress.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

export interface ProgressStore {
  /** Inside the transaction of what it tells of. */
  append(taskId: string, body: ProgressBody): void
  /** With the next commit: tokens and output. Order among events of a task is kept. */
  appendSoon(taskId: string, body: ProgressBody): void
  read(taskId: string, after: number, limit: number): ProgressEvent[]
  /** The stored events of one or more types, oldest first. */
  readTypes(taskId: string, types: ProgressBody['type'][]): ProgressEvent[]
  /** Told of each event once it is on disk, in order. */
  onAppended(listener: (event: ProgressEvent) => void): Disposable
  /** Told when an event, or anything else, could not be stored: the disk is full. */
  onFull(listener: (error: RainyError) => void): Disposable
}

interface EventRow {
  seq: number
  ts: number
  body: string
}

export function createProgressStore(db: Db, clock: Clock): ProgressStore {
  const listeners = new Set<(event: ProgressEvent) => void>()
  const takeSeq = db.prepare<[string], { seq: number }>('UPDATE tasks SET next_event_seq = next_event_seq + 1 WHERE id = ? RETURNING next_event_seq - 1 AS seq')
  const insert = db.prepare<[string, number, number, string, string]>('INSERT INTO task_events (task_id, seq, ts, type, body) VALUES (?, ?, ?, ?, ?)')
  const select = db.prepare<[string, number, number], EventRow>('SELECT seq, ts, body FROM task_events WHERE task_id = ? AND seq > ? ORDER BY seq LIMIT ?')
  const selectTypes = db.prepare<[string, string], EventRow>(
    'SELECT seq, ts, body FROM task_events WHERE task_id = ? AND type IN (SELECT value FROM json_each(?)) ORDER BY seq',
  )

  const toEvent = (taskId: string, row: EventRow): ProgressEvent => ({ seq: row.seq, taskId, ts: row.ts, ...(JSON.parse(row.body) as ProgressBody) })

  const append = (taskId: string, body: ProgressBody): void => {
    db.transaction(() => {
      const taken = takeSeq.get(taskId)
      if (!taken) return
      const ts = clock.now()
      insert.run(taskId, taken.seq, ts, body.type, JSON.stringify(body))
      db.afterCommit(() => {
        for (const listener of listeners) listener({ seq: taken.seq, taskId, ts, ...body })
      })
    })
  }

  return {
    append,
    appendSoon: (taskId, body) => db.rideAlong(() => append(taskId, body)),
    read: (taskId, after, limit) => select.all(taskId, after, limit).map((row) => toEvent(taskId, row)),
    readTypes: (taskId, types) => selectTypes.all(taskId, JSON.stringify(types)).map((row) => toEvent(taskId, row)),
    onFull: db.onFull,
    onAppended(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
