import { createHash } from 'node:crypto'
import type { Db } from './database.ts'

/** States longer than this are stored once, by their hash. */
export const INLINE_STATE_BYTES = 64 * 1024

export interface StepInput {
  runId: string
  stepId: string
  name: string
  /** JSON text: `{"data":…}` or `{"error":…}`. */
  state: string
  inputHash?: string
}

export interface StoredStep {
  stepId: string
  name: string
  state: string
  inputHash: string | null
}

export interface StepStore {
  /** First write wins: false where the step has a row already, which is left as it is. */
  insert(step: StepInput): boolean
  get(runId: string, stepId: string): StoredStep | undefined
  has(runId: string, stepId: string): boolean
  /** In order of completion, up to a position. */
  list(runId: string, upTo?: number): StoredStep[]
  /** 0 where there is none. */
  lastPosition(runId: string): number
  lastName(runId: string): string | undefined
}

const COLUMNS = 'step_id AS stepId, name, coalesce(state, (SELECT CAST(bytes AS TEXT) FROM blobs WHERE hash = blob)) AS state, input_hash AS inputHash'

export function createStepStore(db: Db): StepStore {
  const insert = db.prepare<[string, string, string, string | null, string | null, string | null]>(
    'INSERT INTO steps (run_id, step_id, name, state, blob, input_hash) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, step_id) DO NOTHING',
  )
  const insertBlob = db.prepare<[string, Buffer]>('INSERT INTO blobs (hash, bytes) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING')
  const get = db.prepare<[string, string], StoredStep>(`SELECT ${COLUMNS} FROM steps WHERE run_id = ? AND step_id = ?`)
  const has = db.prepare<[string, string], { found: number }>('SELECT 1 AS found FROM steps WHERE run_id = ? AND step_id = ?')
  const list = db.prepare<[string, number], StoredStep>(`SELECT ${COLUMNS} FROM steps WHERE run_id = ? AND position <= ? ORDER BY position`)
  const last = db.prepare<[string], { position: number; name: string }>('SELECT position, name FROM steps WHERE run_id = ? ORDER BY position DESC LIMIT 1')

  const storeBlob = (state: string): string => {
    const bytes = Buffer.from(state)
    const hash = createHash('sha256').update(bytes).digest('hex')
    insertBlob.run(hash, bytes)
    return hash
  }

  return {
    insert({ runId, stepId, name, state, inputHash }) {
      // UTF-16 length is a lower bound of the bytes, and cheap.
      const large = state.length > INLINE_STATE_BYTES || Buffer.byteLength(state) > INLINE_STATE_BYTES
      if (large && has.get(runId, stepId)) return false
      return insert.run(runId, stepId, name, large ? null : state, large ? storeBlob(state) : null, inputHash ?? null).changes === 1
    },
    get: (runId, stepId) => get.get(runId, stepId),
    has: (runId, stepId) => has.get(runId, stepId) !== undefined,
    list: (runId, upTo = Number.MAX_SAFE_INTEGER) => list.all(runId, upTo),
    lastPosition: (runId) => last.get(runId)?.position ?? 0,
    lastName: (runId) => last.get(runId)?.name,
  }
}
