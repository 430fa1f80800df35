import type { Db } from './database.ts'

export type WaitKind = 'planned' | 'sleep' | 'event' | 'signal' | 'invoke'

export interface Wait {
  runId: string
  stepId: string
  kind: WaitKind
  name: string
  topic: string | null
  expression: string | null
  race: boolean
  afterPosition: number
  dispatch: number
}

export interface WaitStore {
  insert(wait: Wait): void
  /** Undefined where it is not pending. */
  get(runId: string, stepId: string): Wait | undefined
  /** `matchedSeq`: the event that ended it, which later waits of the run then leave alone. */
  close(runId: string, stepId: string, matchedSeq?: number): void
  /** Pending waits of any run for an event or a signal of this name. */
  listByTopic(kind: 'event' | 'signal', topic: string): Wait[]
  /** The newest event that the run has taken by an earlier answer's wait of the same name and expression; 0 where none. */
  lastTaken(wait: Wait): number
  isPending(runId: string): boolean
  /** Whether a run of the group sleeps until a time. */
  sleepsInGroup(groupKey: string): boolean
  /** Whether steps that were asked for one by one are still to be answered. */
  hasPlanned(runId: string): boolean
  /** Gives the signal's name up: the wait can only time out. */
  loseSignal(runId: string, stepId: string): void
  deleteOfRun(runId: string): void
}

type Raw = Omit<Wait, 'race'> & { race: number }

const COLUMNS = 'run_id AS runId, step_id AS stepId, kind, name, topic, expression, race, after_position AS afterPosition, dispatch'

export function createWaitStore(db: Db): WaitStore {
  const insert = db.prepare<Raw>(
    `INSERT INTO waits (run_id, step_id, kind, name, topic, expression, race, after_position, dispatch, open)
     VALUES (:runId, :stepId, :kind, :name, :topic, :expression, :race, :afterPosition, :dispatch, 1)`,
  )
  const get = db.prepare<[string, string], Raw>(`SELECT ${COLUMNS} FROM waits WHERE run_id = ? AND step_id = ? AND open = 1`)
  const close = db.prepare<[number | null, string, string]>('UPDATE waits SET open = 0, matched_seq = ? WHERE run_id = ? AND step_id = ?')
  const byTopic = db.prepare<[string, string], Raw>(`SELECT ${COLUMNS} FROM waits WHERE kind = ? AND topic = ? AND open = 1 ORDER BY run_id, step_id`)
  const lastTaken = db.prepare<[string, string | null, string | null, number], { seq: number | null }>(
    `SELECT max(matched_seq) AS seq FROM waits WHERE run_id = ? AND kind = 'event' AND topic IS ? AND expression IS ? AND dispatch < ? AND open = 0`,
  )
  const pending = db.prepare<[string], { found: number }>('SELECT 1 AS found FROM waits WHERE run_id = ? AND open = 1 LIMIT 1')
  const sleeping = db.prepare<[string], { found: number }>(
    `SELECT 1 AS found FROM waits JOIN runs ON runs.id = waits.run_id WHERE runs.group_key = ? AND waits.kind = 'sleep' AND waits.open = 1 LIMIT 1`,
  )
  const planned = db.prepare<[string], { found: number }>(`SELECT 1 AS found FROM waits WHERE run_id = ? AND open = 1 AND kind = 'planned' LIMIT 1`)
  const loseSignal = db.prepare<[string, string]>('UPDATE waits SET topic = NULL WHERE run_id = ? AND step_id = ?')
  const deleteOfRun = db.prepare<[string]>('DELETE FROM waits WHERE run_id = ?')
  const toWait = (row: Raw): Wait => ({ ...row, race: row.race === 1 })

  return {
    insert: (wait) => void insert.run({ ...wait, race: wait.race ? 1 : 0 } as never),
    get: (runId, stepId) => {
      const row = get.get(runId, stepId)
      return row && toWait(row)
    },
    close: (runId, stepId, matchedSeq) => void close.run(matchedSeq ?? null, runId, stepId),
    listByTopic: (kind, topic) => byTopic.all(kind, topic).map(toWait),
    lastTaken: (wait) => lastTaken.get(wait.runId, wait.topic, wait.expression, wait.dispatch)?.seq ?? 0,
    isPending: (runId) => pending.get(runId) !== undefined,
    sleepsInGroup: (groupKey) => sleeping.get(groupKey) !== undefined,
    hasPlanned: (runId) => planned.get(runId) !== undefined,
    loseSignal: (runId, stepId) => void loseSignal.run(runId, stepId),
    deleteOfRun: (runId) => void deleteOfRun.run(runId),
  }
}
