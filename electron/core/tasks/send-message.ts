import type { OperationParsedInput } from '../../../shared/api.ts'
import { classifyIntent } from '../../../shared/intent.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import type { MessageRow } from '../store/message-store.ts'
import type { TaskContext } from './context.ts'
import { launchRound } from './launch-round.ts'
import { resumeTask } from './resume.ts'
import { resumedHeader } from './task-header.ts'

/** Steers the round that runs, at its next turn; where none does, starts the next one. */
export async function sendMessage(context: TaskContext, input: OperationParsedInput<'tasks.message'>): Promise<{ taskId: string }> {
  const { db, tasks, engine } = context
  const before = tasks.find(input.taskId)
  const taskId = before.id
  // Whoever speaks to a task wants it to go on: one that was interrupted, or stands at a limit, does.
  if (FINISHED_STATUSES.has(before.status)) engine.adopt(taskId)
  else await resumeTask(context, before, input.options)
  db.transaction(() => {
    const task = tasks.find(taskId)
    if (!FINISHED_STATUSES.has(task.status)) {
      say(context, { taskId, round: task.round, text: input.text, files: input.files, takenBy: null })
      return
    }
    startNextRound(context, taskId, input)
  })
  return { taskId }
}

/** In the caller's transaction. */
export function startNextRound(context: TaskContext, taskId: string, input: Pick<OperationParsedInput<'tasks.message'>, 'text' | 'files' | 'options'>): void {
  const { tasks } = context
  const task = tasks.find(taskId)
  const round = task.round + 1
  const header = resumedHeader(context, task.header, input.options, task.reason)
  say(context, { taskId, round, text: input.text, files: input.files, takenBy: 'round' })
  tasks.update(taskId, { round, header, intent: classifyIntent(input.text, { workspaceEmpty: false }), plan: null, result: null, error: null })
  launchRound(context, tasks.find(taskId), input)
}

/** What the person said stands among the task's events where it was said. */
function say({ messages, progress }: TaskContext, message: Omit<MessageRow, 'position'>): void {
  const position = messages.add(message)
  progress.append(message.taskId, { type: 'message', messageId: `${message.taskId}.user.${position}`, agent: 'user', text: message.text })
}
