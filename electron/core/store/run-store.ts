import type { Db } from './database.ts'

export type RunRowStatus = 'queued' | 'running' | 'waiting' | 'parked' | 'completed' | 'failed' | 'cancelled'

export interface ConcurrencySlot {
  slot: string
  limit: number
}

export interface RunRow {
  id: string
  functionId: string
  groupKey: string | null
  status: RunRowStatus
  eventSeq: number
  parentRunId: string | null
  parentStepId: string | null
  priority: number
  slots: ConcurrencySlot[]
  dispatch: number
  epoch: number
  loneCrashes: number
  suspect: boolean
  createdAt: number
  startedAt: number | null
}

export type NewRun = Pick<RunRow, 'id' | 'functionId' | 'groupKey' | 'eventSeq' | 'parentRunId' | 'parentStepId' | 'priority' | 'slots' | 'epoch' | 'createdAt'>

export interface RunStore {
  insert(run: NewRun): void
  get(id: string): RunRow | undefined
  /** Takes the next dispatch number for this epoch and marks the run as running. */
  claim(id: string, epoch: number, now: number): number
  setStatus(id: string, status: RunRowStatus): void
  park(id: string, reason: string): void
  end(id: string, status: 'completed' | 'failed' | 'cancelled', outcome: string | null, now: number): void
  setSuspicion(id: string, suspicion: { suspect: boolean; loneCrashes: number }): void
  listByGroup(groupKey: string): RunRow[]
  listLiveByFunction(functionId: string): RunRow[]
  listLiveChildren(parentRunId: string): RunRow[]
  /** Marked as running by an owner older than `epoch`: nothing executes them. */
  listOrphans(epoch: number, groupKey: string | null): RunRow[]
  countByStatus(): Array<{ groupKey: string | null; status: RunRowStatus; count: number }>
  /** `{"output":…}` or `{"error":…}` of a run that ended. */
  outcome(id: string): string | undefined
}

type Raw = Omit<RunRow, 'slots' | 'suspect'> & { slots: string; suspect: number }

const COLUMNS = `id, function_id AS functionId, group_key AS groupKey, status, event_seq AS eventSeq, parent_run_id AS parentRunId,
  parent_step_id AS parentStepId, priority, slots, dispatch, epoch, lone_crashes AS loneCrashes, suspect, created_at AS createdAt, started_at AS startedAt`
const LIVE = `status IN ('queued', 'running', 'waiting', 'parked')`

export function createRunStore(db: Db): RunStore {
  const insert = db.prepare<NewRun & { slotsJson: string }>(
    `INSERT INTO runs (id, function_id, group_key, status, event_seq, parent_run_id, parent_step_id, priority, slots, epoch, created_at)
     VALUES (:id, :functionId, :groupKey, 'queued', :eventSeq, :parentRunId, :parentStepId, :priority, :slotsJson, :epoch, :createdAt)`,
  )
  const get = db.prepare<[string], Raw>(`SELECT ${COLUMNS} FROM runs WHERE id = ?`)
  const claim = db.prepare<[number, number, string], { dispatch: number }>(
    `UPDATE runs SET dispatch = dispatch + 1, epoch = ?, status = 'running', started_at = coalesce(started_at, ?) WHERE id = ? RETURNING dispatch`,
  )
  const setStatus = db.prepare<[string, string]>('UPDATE runs SET status = ?, park_reason = NULL WHERE id = ?')
  const park = db.prepare<[string, string]>(`UPDATE runs SET status = 'parked', park_reason = ? WHERE id = ?`)
  const end = db.prepare<[string, string | null, number, string]>('UPDATE runs SET status = ?, outcome = ?, ended_at = ?, park_reason = NULL, suspect = 0 WHERE id = ?')
  const setSuspicion = db.prepare<[number, number, string]>('UPDATE runs SET suspect = ?, lone_crashes = ? WHERE id = ?')
  const byGroup = db.prepare<[string], Raw>(`SELECT ${COLUMNS} FROM runs WHERE group_key = ? ORDER BY created_at, id`)
  const byFunction = db.prepare<[string], Raw>(`SELECT ${COLUMNS} FROM runs WHERE function_id = ? AND ${LIVE} ORDER BY created_at, id`)
  const children = db.prepare<[string], Raw>(`SELECT ${COLUMNS} FROM runs WHERE parent_run_id = ? AND ${LIVE}`)
  const orphans = db.prepare<[number, string | null, string | null], Raw>(
    `SELECT ${COLUMNS} FROM runs WHERE status = 'running' AND epoch < ? AND (? IS NULL OR group_key = ?) ORDER BY created_at, id`,
  )
  const counts = db.prepare<[], { groupKey: string | null; status: RunRowStatus; count: number }>(
    `SELECT group_key AS groupKey, status, count(*) AS count FROM runs WHERE status IN ('queued', 'running', 'waiting') GROUP BY group_key, status`,
  )
  const outcome = db.prepare<[string], { outcome: string | null }>('SELECT outcome FROM runs WHERE id = ?')
  // `slots` is written by `insert` alone.
  const toRun = (row: Raw): RunRow => ({ ...row, slots: JSON.parse(row.slots) as ConcurrencySlot[], suspect: row.suspect === 1 })

  return {
    insert: (run) => {
      const { slots, ...columns } = run
      insert.run({ ...columns, slotsJson: JSON.stringify(slots) } as never)
    },
    get: (id) => {
      const row = get.get(id)
      return row && toRun(row)
    },
    claim: (id, epoch, now) => {
      const row = claim.get(epoch, now, id)
      if (!row) throw new Error(`run ${id} is gone`)
      return row.dispatch
    },
    setStatus: (id, status) => void setStatus.run(status, id),
    park: (id, reason) => void park.run(reason, id),
    end: (id, status, text, now) => void end.run(status, text, now, id),
    setSuspicion: (id, { suspect, loneCrashes }) => void setSuspicion.run(suspect ? 1 : 0, loneCrashes, id),
    listByGroup: (groupKey) => byGroup.all(groupKey).map(toRun),
    listLiveByFunction: (functionId) => byFunction.all(functionId).map(toRun),
    listLiveChildren: (parentRunId) => children.all(parentRunId).map(toRun),
    listOrphans: (epoch, groupKey) => orphans.all(epoch, groupKey, groupKey).map(toRun),
    countByStatus: () => counts.all(),
    outcome: (id) => outcome.get(id)?.outcome ?? undefined,
  }
}
