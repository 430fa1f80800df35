import { z } from 'zod'
import { errorBodySchema } from '../../../shared/errors.ts'
import { jsonValueSchema } from '../../../shared/json.ts'
import type { Clock } from '../platform/clock.ts'
import type { BlobStore } from './blob-store.ts'
import type { Db } from './database.ts'

/** Outcomes over this stand in `blobs`. */
const INLINE_LIMIT_CHARS = 64 * 1024

export interface ToolCallKey {
  taskId: string
  runId: string
  inferStepId: string
  index: number
}

/** How many decisions to run it again it has used up. */
const reruns = z.int().default(0)

/** What a call was about to do, by the effect of its tool. */
export const intentSchema = z.discriminatedUnion('effect', [
  z.object({
    effect: z.literal('file'),
    workspace: z.string(),
    path: z.string(),
    /** Content hashes; before is null where the file did not exist. */
    before: z.string().nullable(),
    beforeMode: z.int().nullable(),
    after: z.string(),
    result: jsonValueSchema,
  }),
  z.object({ effect: z.literal('commit'), data: jsonValueSchema, reruns }),
  z.object({ effect: z.literal('repeatable') }),
  z.object({ effect: z.literal('external'), reruns }),
])
export type Intent = z.infer<typeof intentSchema>
export type FileIntent = Extract<Intent, { effect: 'file' }>

export const storedOutcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), result: jsonValueSchema, durationMs: z.number(), summary: z.string(), filesModified: z.array(z.string()) }),
  z.object({ status: z.literal('error'), error: errorBodySchema, durationMs: z.number(), filesModified: z.array(z.string()) }),
])
export type StoredOutcome = z.infer<typeof storedOutcomeSchema>

export interface ToolCallRow {
  index: number
  tool: string
  subjectHash: string
  intent: Intent | null
  /** Null: its end was not seen. */
  outcome: StoredOutcome | null
  checkpoint: number | null
}

/** The journal's rows. Writes join the caller's transaction. */
export interface ToolCallStore {
  ofBatch(runId: string, inferStepId: string): ToolCallRow[]
  intend(key: ToolCallKey, call: { tool: string; subjectHash: string; intent: Intent }): void
  finish(key: ToolCallKey, call: { tool: string; subjectHash: string; outcome: StoredOutcome }): void
  putInCheckpoint(key: ToolCallKey, checkpoint: number): void
  /** File intents that no checkpoint holds yet, oldest first: what a killed batch did or did not do. */
  fileIntentsOf(taskId: string): FileIntent[]
  /** Content that a run last saw or wrote. */
  lastSeen(runId: string, path: string): string | undefined
  noteSeen(runId: string, path: string, hash: string): void
}

interface Row {
  call_index: number
  tool: string
  subject_hash: string
  intent: string | null
  outcome: string | null
  outcome_blob: string | null
  checkpoint: number | null
}

export function createToolCallStore(db: Db, blobs: BlobStore, clock: Clock): ToolCallStore {
  const selectBatch = db.prepare<[string, string], Row>(
    'SELECT call_index, tool, subject_hash, intent, outcome, outcome_blob, checkpoint FROM tool_calls WHERE run_id = ? AND infer_step_id = ?',
  )
  const upsertIntent = db.prepare<[string, string, string, number, string, string, string, number]>(
    `INSERT INTO tool_calls (task_id, run_id, infer_step_id, call_index, tool, subject_hash, intent, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, infer_step_id, call_index) DO UPDATE SET intent = excluded.intent WHERE outcome IS NULL AND outcome_blob IS NULL`,
  )
  const upsertOutcome = db.prepare<[string, string, string, number, string, string, string | null, string | null, number, number]>(
    `INSERT INTO tool_calls (task_id, run_id, infer_step_id, call_index, tool, subject_hash, outcome, outcome_blob, created_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, infer_step_id, call_index) DO UPDATE SET outcome = excluded.outcome, outcome_blob = excluded.outcome_blob, finished_at = excluded.finished_at
     WHERE outcome IS NULL AND outcome_blob IS NULL`,
  )
  const updateCheckpoint = db.prepare<[number, string, string, number]>('UPDATE tool_calls SET checkpoint = ? WHERE run_id = ? AND infer_step_id = ? AND call_index = ?')
  const selectIntents = db.prepare<[string], { intent: string }>(
    'SELECT intent FROM tool_calls WHERE task_id = ? AND intent IS NOT NULL AND checkpoint IS NULL ORDER BY created_at, call_index',
  )
  const selectSeen = db.prepare<[string, string], { hash: string }>('SELECT hash FROM file_reads WHERE run_id = ? AND path = ?')
  const upsertSeen = db.prepare<[string, string, string]>('INSERT INTO file_reads (run_id, path, hash) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash')

  const readOutcome = (row: Row): StoredOutcome | null => {
    const text = row.outcome_blob === null ? row.outcome : Buffer.from(blobs.get(row.outcome_blob) ?? []).toString('utf8')
    return text === null ? null : storedOutcomeSchema.parse(JSON.parse(text))
  }

  return {
    ofBatch: (runId, inferStepId) =>
      selectBatch.all(runId, inferStepId).map((row) => ({
        index: row.call_index,
        tool: row.tool,
        subjectHash: row.subject_hash,
        intent: row.intent === null ? null : intentSchema.parse(JSON.parse(row.intent)),
        outcome: readOutcome(row),
        checkpoint: row.checkpoint,
      })),
    intend(key, { tool, subjectHash, intent }) {
      upsertIntent.run(key.taskId, key.runId, key.inferStepId, key.index, tool, subjectHash, JSON.stringify(intent), clock.now())
    },
    finish(key, { tool, subjectHash, outcome }) {
      const text = JSON.stringify(outcome)
      const blob = text.length > INLINE_LIMIT_CHARS ? blobs.put(Buffer.from(text)) : null
      const now = clock.now()
      upsertOutcome.run(key.taskId, key.runId, key.inferStepId, key.index, tool, subjectHash, blob === null ? text : null, blob, now, now)
    },
    putInCheckpoint: (key, checkpoint) => void updateCheckpoint.run(checkpoint, key.runId, key.inferStepId, key.index),
    fileIntentsOf: (taskId) =>
      selectIntents.all(taskId).flatMap((row) => {
        const intent = intentSchema.parse(JSON.parse(row.intent))
        return intent.effect === 'file' ? [intent] : []
      }),
    lastSeen: (runId, path) => selectSeen.get(runId, path)?.hash,
    noteSeen: (runId, path, hash) => void upsertSeen.run(runId, path, hash),
  }
}
