import { z } from 'zod'
import { errorBodySchema, RainyError, type ErrorBody } from '../../../shared/errors.ts'
import { planSchema, type Plan } from '../../../shared/plan.ts'
import { taskHeaderSchema, taskResultSchema, type Intent, type TaskHeader, type TaskResult, type TaskStatus } from '../../../shared/tasks.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

/** A task as it is stored. `status` never says `interrupted`: that is derived from `epoch`. */
export interface TaskRow {
  id: string
  text: string
  workspace: string
  intent: Intent | null
  status: TaskStatus
  reason: string | null
  until: number | null
  header: TaskHeader
  round: number
  plan: Plan | null
  result: TaskResult | null
  error: ErrorBody | null
  /** The owner that drives it; 0 where it was interrupted on purpose. */
  epoch: number
  activeMs: number
  createdAt: number
  updatedAt: number
}

export type TaskPatch = Partial<Pick<TaskRow, 'text' | 'intent' | 'status' | 'reason' | 'until' | 'header' | 'round' | 'plan' | 'result' | 'error' | 'epoch' | 'activeMs'>>

export interface TaskStore {
  insert(row: Omit<TaskRow, 'createdAt' | 'updatedAt'>): void
  get(id: string): TaskRow | undefined
  /** Throws TASK_NOT_FOUND, or AMBIGUOUS_ID for a beginning that fits several. */
  find(idOrPrefix: string): TaskRow
  /** Newest first. */
  list(filter: { workspace?: string; limit: number }): TaskRow[]
  /** Oldest first. */
  unfinished(filter: { workspace?: string; epoch?: number }): TaskRow[]
  update(id: string, patch: TaskPatch): void
  /** Told after commit of each task that changed. */
  onChanged(listener: (id: string) => void): Disposable
}

const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  workspace: z.string(),
  intent: z.string().nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  until: z.number().nullable(),
  header: z.string(),
  round: z.number(),
  plan: z.string().nullable(),
  result: z.string().nullable(),
  error: z.string().nullable(),
  epoch: z.number(),
  active_ms: z.number(),
  created_at: z.number(),
  updated_at: z.number(),
})

const COLUMNS: Record<keyof TaskPatch, { column: string; json: boolean }> = {
  text: { column: 'text', json: false },
  intent: { column: 'intent', json: false },
  status: { column: 'status', json: false },
  reason: { column: 'reason', json: false },
  until: { column: 'until', json: false },
  header: { column: 'header', json: true },
  round: { column: 'round', json: false },
  plan: { column: 'plan', json: true },
  result: { column: 'result', json: true },
  error: { column: 'error', json: true },
  epoch: { column: 'epoch', json: false },
  activeMs: { column: 'active_ms', json: false },
}

function parseRow(value: unknown): TaskRow {
  const row = rowSchema.parse(value)
  const json = <T>(text: string | null, schema: z.ZodType<T>): T | null => (text === null ? null : schema.parse(JSON.parse(text)))
  return {
    id: row.id,
    text: row.text,
    workspace: row.workspace,
    intent: row.intent as Intent | null,
    status: row.status as TaskStatus,
    reason: row.reason,
    until: row.until,
    header: taskHeaderSchema.parse(JSON.parse(row.header)),
    round: row.round,
    plan: json(row.plan, planSchema),
    result: json(row.result, taskResultSchema),
    error: json(row.error, errorBodySchema),
    epoch: row.epoch,
    activeMs: row.active_ms,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function createTaskStore(db: Db, clock: Clock): TaskStore {
  const listeners = new Set<(id: string) => void>()
  const changed = (id: string): void =>
    db.afterCommit(() => {
      for (const listener of listeners) listener(id)
    })
  const get = db.prepare<[string]>('SELECT * FROM tasks WHERE id = ?')
  const byPrefix = db.prepare<[string, string]>("SELECT * FROM tasks WHERE id >= ? AND id < ? || char(1114111) ORDER BY id LIMIT 2")
  const list = db.prepare<[string | null, string | null, number]>('SELECT * FROM tasks WHERE (? IS NULL OR workspace = ?) ORDER BY created_at DESC, id DESC LIMIT ?')
  const unfinished = db.prepare<[{ workspace: string | null; epoch: number | null }]>(
    `SELECT * FROM tasks WHERE status IN ('queued', 'running', 'waiting', 'parked')
       AND (@workspace IS NULL OR workspace = @workspace) AND (@epoch IS NULL OR epoch = @epoch) ORDER BY created_at`,
  )
  const insert = db.prepare<[Record<string, unknown>]>(`INSERT INTO tasks
    (id, text, workspace, intent, status, reason, until, header, round, plan, result, error, epoch, active_ms, created_at, updated_at)
    VALUES (@id, @text, @workspace, @intent, @status, @reason, @until, @header, @round, @plan, @result, @error, @epoch, @activeMs, @now, @now)`)
  const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value))

  return {
    insert(row) {
      db.transaction(() => {
        insert.run({ ...row, header: json(row.header), plan: json(row.plan), result: json(row.result), error: json(row.error), now: clock.now() })
        changed(row.id)
      })
    },
    get(id) {
      const row = get.get(id)
      return row === undefined ? undefined : parseRow(row)
    },
    find(idOrPrefix) {
      const rows = byPrefix.all(idOrPrefix, idOrPrefix).map(parseRow)
      const exact = rows.find((row) => row.id === idOrPrefix)
      if (exact) return exact
      const [first, second] = rows
      if (!first) throw new RainyError('TASK_NOT_FOUND', `There is no task ${idOrPrefix}; \`rainy tasks\` lists them.`)
      if (second) throw new RainyError('AMBIGUOUS_ID', `Several tasks begin with ${idOrPrefix}; give more of the id.`)
      return first
    },
    list: ({ workspace, limit }) => list.all(workspace ?? null, workspace ?? null, limit).map(parseRow),
    unfinished: ({ workspace, epoch }) => unfinished.all({ workspace: workspace ?? null, epoch: epoch ?? null }).map(parseRow),
    update(id, patch) {
      const entries = Object.entries(patch) as Array<[keyof TaskPatch, unknown]>
      const assignments = entries.map(([key]) => `${COLUMNS[key].column} = ?`)
      const values = entries.map(([key, value]) => (COLUMNS[key].json ? json(value) : value))
      db.transaction(() => {
        db.prepare<unknown[]>(`UPDATE tasks SET ${[...assignments, 'updated_at = ?'].join(', ')} WHERE id = ?`).run(...values, clock.now(), id)
        changed(id)
      })
    },
    onChanged(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
