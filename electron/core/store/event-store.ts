import type { JsonObject } from '../../../shared/json.ts'
import type { Db } from './database.ts'

export interface StoredEvent {
  /** Order of arrival. */
  seq: number
  id: string
  name: string
  data: JsonObject
  ts: number
}

export interface EventStore {
  /** Undefined where an event of this id is stored already. */
  insert(event: Omit<StoredEvent, 'seq'>): StoredEvent | undefined
  get(seq: number): StoredEvent
  /** Of one name, which arrived after `afterSeq`, oldest first. */
  listAfter(name: string, afterSeq: number): StoredEvent[]
}

interface EventRow {
  seq: number
  id: string
  name: string
  data: string
  ts: number
}

export function createEventStore(db: Db): EventStore {
  const insert = db.prepare<[string, string, string, number]>('INSERT INTO events (id, name, data, ts) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING')
  const get = db.prepare<[number], EventRow>('SELECT seq, id, name, data, ts FROM events WHERE seq = ?')
  const listAfter = db.prepare<[string, number], EventRow>('SELECT seq, id, name, data, ts FROM events WHERE name = ? AND seq > ? ORDER BY seq')
  // Written by `insert` alone.
  const toEvent = (row: EventRow): StoredEvent => ({ ...row, data: JSON.parse(row.data) as JsonObject })

  return {
    insert(event) {
      const { changes, lastInsertRowid } = insert.run(event.id, event.name, JSON.stringify(event.data), event.ts)
      return changes === 0 ? undefined : { ...event, seq: Number(lastInsertRowid) }
    },
    get(seq) {
      const row = get.get(seq)
      if (!row) throw new Error(`event ${seq} is gone`)
      return toEvent(row)
    },
    listAfter: (name, afterSeq) => listAfter.all(name, afterSeq).map(toEvent),
  }
}
