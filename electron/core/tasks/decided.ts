import type { ApprovalView, Decision, OperationParsedInput } from '../../../shared/api.ts'
import { readInstructions } from '../config/workspace-config.ts'
import type { TaskContext } from './context.ts'
import { launchFirstRound } from './launch-round.ts'

/** A person's decision. What a folder says to its agents is read and frozen when it becomes trusted; a mistake in it is CONFIG_INVALID, and nothing is decided. */
export async function decideApproval(context: TaskContext, { approvalId, decision, always }: OperationParsedInput<'approvals.decide'>): Promise<ApprovalView> {
  const { db, tasks, inbox } = context
  const asked = inbox.list({}).find((approval) => approval.kind === 'trust' && approval.id.startsWith(approvalId))
  const instructions = asked && decision === 'approve' ? await readInstructions(asked.workspace, context.config) : undefined
  return db.transaction(() => {
    const task = asked && tasks.get(asked.taskId)
    if (task && instructions !== undefined) tasks.update(task.id, { header: { ...task.header, instructions } })
    return inbox.decide(approvalId, decision, always)
  })
}

/** What follows a decision, in the transaction that stores it. */
export function afterDecision(context: TaskContext, approval: ApprovalView, decision: Decision): void {
  if (approval.kind === 'trust') return afterTrust(context, approval, decision)
  context.engine.send([
    { id: `${approval.id}.decided`, name: 'brain/approval.decided', data: { taskId: approval.taskId, approvalId: approval.id, decision } },
  ])
}

function afterTrust(context: TaskContext, approval: ApprovalView, decision: Decision): void {
  const { tasks, trust, engine, progress } = context
  const task = tasks.get(approval.taskId)
  if (!task || task.status !== 'parked' || task.reason !== 'trust') return
  if (decision === 'deny') {
    tasks.update(task.id, { status: 'cancelled', reason: null })
    progress.append(task.id, { type: 'cancelled', reason: 'the folder was not trusted' })
    return
  }
  trust.set(task.workspace, true)
  engine.adopt(task.id)
  launchFirstRound(context, task.id)
}
