import type { ApprovalView, Decision } from '../../../shared/api.ts'
import type { Mode } from '../../../shared/tasks.ts'
import type { CallSubject } from '../../../shared/tools.ts'

/** `rules` in the syntax `tool` or `tool(pattern)`: deny before ask before allow. */
export interface PolicyRules {
  allow: string[]
  ask: string[]
  deny: string[]
}

export type Verdict =
  | { verdict: 'allow' }
  | { verdict: 'deny'; why: string }
  | { verdict: 'ask'; why: string; alwaysRule?: string }

export interface Policy {
  judge(subject: CallSubject, context: { mode: Mode; trusted: boolean; rules: PolicyRules }): Verdict
}

export interface AskInput {
  taskId: string
  runId: string
  callKey: string
  kind: 'approval' | 'in-doubt' | 'trust'
  tool: string
  args: unknown
  subjectHash: string
  preview: string
  alwaysRule?: string
  workspace: string
}

export interface Inbox {
  /** In the caller's transaction. The same call asked again gives the row it has. */
  ask(input: AskInput): ApprovalView
  /** Of a call: what was decided, if anything was. */
  decisionFor(callKey: string, kind: 'approval' | 'in-doubt' | 'trust', subjectHash: string): Decision | 'pending' | undefined
  list(filter: { taskId?: string; all?: boolean }): ApprovalView[]
  /** Exactly once: ALREADY_DECIDED, APPROVAL_NOT_FOUND, AMBIGUOUS_ID, BAD_REQUEST (a decision that its kind does not take). Stores the event and the progress in the same transaction. */
  decide(approvalId: string, decision: Decision, always: boolean): ApprovalView
  /** Nobody needs to decide what is still asked of this task: it has ended. In the caller's transaction. */
  withdraw(taskId: string): void
  /** Told after commit of each approval that was asked or decided. */
  onChanged(listener: (approval: ApprovalView) => void): Disposable
}
