import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

/** What a person said in a task. The first message of a round starts it; the others steer it. */
export interface MessageRow {
  taskId: string
  position: number
  round: number
  text: string
  files: string[]
  /** The step that took a steering message up. */
  takenBy: string | null
}

export interface MessageStore {
  add(message: Omit<MessageRow, 'position'>): number
  /** Steering messages of the round that no step has taken yet, oldest first. */
  untaken(taskId: string): MessageRow[]
  take(taskId: string, position: number, stepId: string): void
  ofTask(taskId: string): MessageRow[]
}

const rowSchema = z.object({ task_id: z.string(), position: z.number(), round: z.number(), text: z.string(), files: z.string(), taken_by: z.string().nullable() })

function parseRow(value: unknown): MessageRow {
  const row = rowSchema.parse(value)
  return { taskId: row.task_id, position: row.position, round: row.round, text: row.text, files: z.array(z.string()).parse(JSON.parse(row.files)), takenBy: row.taken_by }
}

export function createMessageStore(db: Db, clock: Clock): MessageStore {
  const insert = db.prepare<[string, string, number, string, string, string | null, number], { position: number }>(
    `INSERT INTO messages (task_id, position, round, text, files, taken_by, created_at)
     VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM messages WHERE task_id = ?), ?, ?, ?, ?, ?) RETURNING position`,
  )
  const untaken = db.prepare<[string]>('SELECT * FROM messages WHERE task_id = ? AND taken_by IS NULL ORDER BY position')
  const take = db.prepare<[string, string, number]>('UPDATE messages SET taken_by = ? WHERE task_id = ? AND position = ? AND taken_by IS NULL')
  const all = db.prepare<[string]>('SELECT * FROM messages WHERE task_id = ? ORDER BY position')
  return {
    add: (message) =>
      db.transaction(
        () => insert.get(message.taskId, message.taskId, message.round, message.text, JSON.stringify(message.files), message.takenBy, clock.now())?.position ?? 0,
      ),
    untaken: (taskId) => untaken.all(taskId).map(parseRow),
    take: (taskId, position, stepId) => void take.run(stepId, taskId, position),
    ofTask: (taskId) => all.all(taskId).map(parseRow),
  }
}
