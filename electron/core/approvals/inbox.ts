import type { ApprovalView, Decision } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import { createApprovalStore, type ApprovalRow } from '../store/approval-store.ts'
import type { Db } from '../store/database.ts'
import type { ProgressStore } from '../store/progress-store.ts'
import type { RuleStore } from '../store/rule-store.ts'
import type { AskInput, Inbox } from './types.ts'

export interface InboxNeeds {
  db: Db
  clock: Clock
  ids: Ids
  progress: ProgressStore
  rules: RuleStore
  /** In the transaction of the decision: what is to follow shares its flush. */
  onDecided(approval: ApprovalView, decision: Decision): void
}

/** What each kind takes, and what the approval is then. */
const TAKES: Record<ApprovalView['kind'], Partial<Record<Decision, Exclude<ApprovalView['status'], 'pending'>>>> = {
  approval: { approve: 'approved', deny: 'denied' },
  trust: { approve: 'approved', deny: 'denied' },
  'in-doubt': { rerun: 'decided', skip: 'decided', done: 'decided' },
}

/** What the call would do has changed since it was asked for: that question waits for nobody any more. */
const SUPERSEDED = 'superseded'
/** The task was cancelled. */
const WITHDRAWN = 'withdrawn'

/**
 * The questions that wait for a person.
 *
 * Invariants:
 * 1. One row for what one call would do (call key, kind, subject hash); asking again gives that row.
 * 2. A decision is taken once, and what follows from it (event, progress, rule) is in the same transaction.
 * 3. A decision counts for that subject alone: if what would run changes, it is asked anew.
 */
export function createInbox({ db, clock, ids, progress, rules, onDecided }: InboxNeeds): Inbox {
  const approvals = createApprovalStore(db)
  const listeners = new Set<(approval: ApprovalView) => void>()

  /** Progress and listeners, in the transaction of what they tell of. */
  function tell({ view, runId }: ApprovalRow): void {
    progress.append(view.taskId, {
      type: 'approval',
      ...(runId === '' ? {} : { runId }),
      approvalId: view.id,
      status: view.status,
      ...(view.decision === undefined ? {} : { decision: view.decision }),
      tool: view.tool,
      preview: view.preview,
    })
    db.afterCommit(() => {
      for (const listener of listeners) listener(view)
    })
  }

  function close(row: ApprovalRow, status: Exclude<ApprovalView['status'], 'pending'>, decision: string): ApprovalView {
    const decidedAt = clock.now()
    approvals.close(row.view.id, status, decision, decidedAt)
    const view: ApprovalView = { ...row.view, status, decision, decidedAt }
    tell({ ...row, view })
    return view
  }

  function ask(input: AskInput): ApprovalView {
    const { callKey, kind, subjectHash } = input
    return db.transaction(() => {
      const known = approvals.ofCall(callKey, kind, subjectHash)
      if (known && known.view.decision !== SUPERSEDED) return known.view
      for (const row of approvals.outdated(callKey, kind, subjectHash)) close(row, 'decided', SUPERSEDED)
      const id = known?.view.id ?? ids.short()
      if (known) approvals.reopen(id)
      else approvals.insert({ ...input, id, alwaysRule: input.alwaysRule, createdAt: clock.now() })
      const row = approvals.find(id)
      tell(row)
      return row.view
    })
  }

  function decide(approvalId: string, decision: Decision, always: boolean): ApprovalView {
    return db.transaction(() => {
      const row = approvals.find(approvalId)
      const { view } = row
      const status = TAKES[view.kind][decision]
      if (!status) throw new RainyError('BAD_REQUEST', `This one takes ${Object.keys(TAKES[view.kind]).join(', ')}, not ${decision}.`, { details: { approvalId: view.id, kind: view.kind } })
      if (always && (decision !== 'approve' || view.alwaysRule === undefined)) throw new RainyError('BAD_REQUEST', 'It cannot be allowed for always: decide it without.', { details: { approvalId: view.id } })
      if (view.status !== 'pending') throw new RainyError('ALREADY_DECIDED', `${view.id} was decided before: ${view.decision ?? view.status}.`, { details: { approvalId: view.id, decision: view.decision ?? view.status } })
      if (always && view.alwaysRule !== undefined) rules.add(view.workspace, view.alwaysRule)
      const decided = close(row, status, decision)
      onDecided(decided, decision)
      return decided
    })
  }

  return {
    ask,
    decide,
    decisionFor(callKey, kind, subjectHash) {
      const view = approvals.ofCall(callKey, kind, subjectHash)?.view
      if (!view) return undefined
      return view.status === 'pending' ? 'pending' : decisionOf(view)
    },
    list: (filter) => approvals.list(filter),
    withdraw(taskId) {
      for (const view of approvals.list({ taskId })) close(approvals.find(view.id), 'decided', WITHDRAWN)
    },
    onChanged(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}

/** A superseded question was not decided: it has to be asked again. */
function decisionOf(view: ApprovalView): Decision | undefined {
  const decisions = Object.keys(TAKES[view.kind]) as Decision[]
  return decisions.find((decision) => decision === view.decision)
}
