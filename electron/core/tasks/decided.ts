import type { ApprovalView, Decision } from '../../../shared/api.ts'
import type { TaskContext } from './context.ts'
import { launchRound } from './launch-round.ts'

/** What follows a decision, in the transaction that stores it. */
export function afterDecision(context: TaskContext, approval: ApprovalView, decision: Decision): void {
  if (approval.kind === 'trust') return afterTrust(context, approval, decision)
  context.engine.send([
    { id: `${approval.id}.decided`, name: 'brain/approval.decided', data: { taskId: approval.taskId, approvalId: approval.id, decision } },
  ])
}

function afterTrust(context: TaskContext, approval: ApprovalView, decision: Decision): void {
  const { tasks, trust, messages, engine, progress } = context
  const task = tasks.get(approval.taskId)
  if (!task || task.status !== 'parked' || task.reason !== 'trust') return
  if (decision === 'deny') {
    tasks.update(task.id, { status: 'cancelled', reason: null })
    progress.append(task.id, { type: 'cancelled', reason: 'the folder was not trusted' })
    return
  }
  trust.set(task.workspace, true)
  engine.adopt(task.id)
  const first = messages.ofTask(task.id)[0]
  launchRound(context, task, { text: first?.text ?? task.text, files: first?.files ?? [] })
}
