import { z } from 'zod'
import { approvalViewSchema, type ApprovalView } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { jsonValueSchema } from '../../../shared/json.ts'
import type { Db } from './database.ts'

export interface NewApproval {
  id: string
  taskId: string
  runId: string
  callKey: string
  kind: ApprovalView['kind']
  tool: string
  args: unknown
  subjectHash: string
  preview: string
  alwaysRule: string | undefined
  workspace: string
  createdAt: number
}

/** An approval, and the run that waits for it. */
export interface ApprovalRow {
  view: ApprovalView
  runId: string
}

export interface ApprovalStore {
  insert(approval: NewApproval): void
  /** The row of this very subject. */
  ofCall(callKey: string, kind: ApprovalView['kind'], subjectHash: string): ApprovalRow | undefined
  /** Pending rows of the call whose subject is another. */
  outdated(callKey: string, kind: ApprovalView['kind'], subjectHash: string): ApprovalRow[]
  /** Throws APPROVAL_NOT_FOUND, or AMBIGUOUS_ID for a beginning that fits several. */
  find(idOrPrefix: string): ApprovalRow
  /** Oldest first. Pending alone unless `all`; what belongs to a task that has ended waits for nobody. */
  list(filter: { taskId?: string; all?: boolean }): ApprovalView[]
  reopen(id: string): void
  /** False where it was not pending any more. */
  close(id: string, status: Exclude<ApprovalView['status'], 'pending'>, decision: string, decidedAt: number): boolean
}

const rowSchema = z.object({
  id: z.string(),
  task_id: z.string(),
  run_id: z.string(),
  kind: z.string(),
  status: z.string(),
  decision: z.string().nullable(),
  tool: z.string(),
  args: z.string(),
  preview: z.string(),
  always_rule: z.string().nullable(),
  workspace: z.string(),
  created_at: z.number(),
  decided_at: z.number().nullable(),
})

const COLUMNS = 'id, task_id, run_id, kind, status, decision, tool, args, preview, always_rule, workspace, created_at, decided_at'

function toRow(value: unknown): ApprovalRow {
  const row = rowSchema.parse(value)
  const view = approvalViewSchema.parse({
    id: row.id,
    taskId: row.task_id,
    kind: row.kind,
    status: row.status,
    ...(row.decision === null ? {} : { decision: row.decision }),
    tool: row.tool,
    args: jsonValueSchema.parse(JSON.parse(row.args)),
    preview: row.preview,
    ...(row.always_rule === null ? {} : { alwaysRule: row.always_rule }),
    workspace: row.workspace,
    createdAt: row.created_at,
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at }),
  })
  return { view, runId: row.run_id }
}

export function createApprovalStore(db: Db): ApprovalStore {
  const insert = db.prepare<[Record<string, unknown>]>(`INSERT INTO approvals
    (id, task_id, run_id, call_key, kind, status, tool, args, subject_hash, preview, always_rule, workspace, created_at)
    VALUES (@id, @taskId, @runId, @callKey, @kind, 'pending', @tool, @args, @subjectHash, @preview, @alwaysRule, @workspace, @createdAt)`)
  const ofCall = db.prepare<[string, string, string]>(`SELECT ${COLUMNS} FROM approvals WHERE call_key = ? AND kind = ? AND subject_hash = ?`)
  const outdated = db.prepare<[string, string, string]>(`SELECT ${COLUMNS} FROM approvals WHERE call_key = ? AND kind = ? AND subject_hash <> ? AND status = 'pending'`)
  const byPrefix = db.prepare<[string, string]>(`SELECT ${COLUMNS} FROM approvals WHERE id >= ? AND id < ? || char(1114111) ORDER BY id LIMIT 2`)
  const list = db.prepare<[{ taskId: string | null; all: number }]>(`SELECT ${COLUMNS} FROM approvals
    WHERE (@taskId IS NULL OR task_id = @taskId)
      AND (@all = 1 OR (status = 'pending' AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = task_id AND tasks.status IN ('completed', 'failed', 'cancelled'))))
    ORDER BY created_at, id`)
  const reopen = db.prepare<[string]>("UPDATE approvals SET status = 'pending', decision = NULL, decided_at = NULL WHERE id = ?")
  const close = db.prepare<[string, string, number, string]>("UPDATE approvals SET status = ?, decision = ?, decided_at = ? WHERE id = ? AND status = 'pending'")

  return {
    insert: (approval) => void insert.run({ ...approval, args: JSON.stringify(approval.args ?? null), alwaysRule: approval.alwaysRule ?? null }),
    ofCall(callKey, kind, subjectHash) {
      const row = ofCall.get(callKey, kind, subjectHash)
      return row === undefined ? undefined : toRow(row)
    },
    outdated: (callKey, kind, subjectHash) => outdated.all(callKey, kind, subjectHash).map(toRow),
    find(idOrPrefix) {
      const rows = byPrefix.all(idOrPrefix, idOrPrefix).map(toRow)
      const [first, second] = rows
      if (!first) throw new RainyError('APPROVAL_NOT_FOUND', `There is no approval ${idOrPrefix}; \`rainy approvals\` lists what waits.`)
      if (second && first.view.id !== idOrPrefix) throw new RainyError('AMBIGUOUS_ID', `Several approvals begin with ${idOrPrefix}; give more of the id.`)
      return first
    },
    list: ({ taskId, all = false }) => list.all({ taskId: taskId ?? null, all: all ? 1 : 0 }).map((row) => toRow(row).view),
    reopen: (id) => void reopen.run(id),
    close: (id, status, decision, decidedAt) => close.run(status, decision, decidedAt, id).changes === 1,
  }
}
