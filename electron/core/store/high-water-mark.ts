import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Db } from './database.ts'

/** How far the database had come when the mark was last set: both only ever grow. */
const markSchema = z.object({ epoch: z.int().min(0), events: z.int().min(0) })
export type HighWaterMark = z.infer<typeof markSchema>

/**
 * A damaged write-ahead log opens silently as a shorter, valid database. So how far it had come also stands in a small file
 * beside it. Set from what is committed and flushed, the mark is never ahead of a sound database.
 */
export function readMark(database: string): HighWaterMark | undefined {
  let text: string
  try {
    text = readFileSync(markPath(database), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return markSchema.safeParse(JSON.parse(text)).data
  } catch {
    // Half a mark (power lost while it was renamed) says nothing: it is set anew.
    return undefined
  }
}

export function writeMark(database: string, mark: HighWaterMark): void {
  const path = markPath(database)
  writeFileSync(`${path}.new`, JSON.stringify(mark), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function measure(db: Db): HighWaterMark {
  const row = db
    .prepare<[], HighWaterMark>('SELECT (SELECT coalesce(max(epoch), 0) FROM owners) AS epoch, (SELECT coalesce(sum(next_event_seq), 0) FROM tasks) AS events')
    .get()
  return row ?? { epoch: 0, events: 0 }
}

/** Whether the database is behind its mark: it lost what was stored last. */
export function isBehind(found: HighWaterMark, mark: HighWaterMark): boolean {
  return found.epoch < mark.epoch || found.events < mark.events
}

function markPath(database: string): string {
  return `${database}.mark`
}
