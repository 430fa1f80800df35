import type { RoundDigest, RoundRequest } from '../../../shared/brain-events.ts'
import { progressBodySchema } from '../../../shared/progress.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { TaskContext } from './context.ts'

/** What agents are told of earlier rounds; the newest keep their place. */
const HISTORY_ROUNDS = 20
const HISTORY_CHARS = 12_000
const SUMMARY_CHARS = 4000

type Needs = Pick<TaskContext, 'engine' | 'messages' | 'progress' | 'tasks' | 'epoch'>

/** Who took a message that came after its round's last turn: it stands in the next round's text. */
export const NEXT_ROUND = 'next-round'

/**
 * Starts the round that the task's row names, in the caller's transaction. The event's id is made of task and round, so a
 * round starts once however often this is called.
 */
export function launchRound({ engine, messages, progress, tasks, epoch }: Needs, task: TaskRow, message: { text: string; files: string[] }): void {
  const data: RoundRequest = {
    taskId: task.id,
    round: task.round,
    text: message.text,
    files: message.files,
    workspace: task.workspace,
    intent: task.intent ?? 'edit_code',
    header: task.header,
    history: earlierRounds({ messages, progress }, task),
  }
  tasks.update(task.id, { status: 'queued', reason: null, until: null, epoch })
  progress.append(task.id, { type: 'status', status: 'queued' })
  engine.send([{ id: `${task.id}.round.${task.round}`, name: eventName(task), data: JSON.parse(JSON.stringify(data)) }])
}

/** Of a task that waited for its folder to be trusted. */
export function launchFirstRound(context: TaskContext, taskId: string): void {
  const task = context.tasks.find(taskId)
  const first = context.messages.ofTask(taskId)[0]
  launchRound(context, task, { text: first?.text ?? task.text, files: first?.files ?? [] })
}

function eventName(task: TaskRow): string {
  if (task.intent === 'create_project') return 'brain/project.create'
  if (task.intent === 'refactor') return 'brain/refactor.requested'
  return task.round === 1 ? 'brain/task.requested' : 'brain/task.message'
}

/** The rounds that ended, each as what was asked and what came of it. */
function earlierRounds({ messages, progress }: Pick<Needs, 'messages' | 'progress'>, task: TaskRow): RoundDigest[] {
  // Each round has one end.
  const ends = progress.readTypes(task.id, ['complete', 'failed', 'cancelled']).map((event) => {
    const body = progressBodySchema.parse(event)
    if (body.type === 'complete') return { summary: body.result.summary, filesModified: body.result.filesModified }
    return { summary: body.type === 'failed' ? `It failed: ${body.error.message}` : 'The user stopped it.', filesModified: [] }
  })
  const asked = new Map<number, string[]>()
  for (const message of messages.ofTask(task.id)) if (message.takenBy !== NEXT_ROUND) asked.set(message.round, [...(asked.get(message.round) ?? []), message.text])
  return bounded(ends.slice(0, task.round - 1).map((end, index) => ({ text: (asked.get(index + 1) ?? []).join('\n'), ...end })))
}

function bounded(rounds: RoundDigest[]): RoundDigest[] {
  const kept: RoundDigest[] = []
  let chars = 0
  for (const round of rounds.slice(-HISTORY_ROUNDS).toReversed()) {
    const digest = { ...round, text: excerpt(round.text), summary: excerpt(round.summary) }
    chars += JSON.stringify(digest).length
    if (chars > HISTORY_CHARS && kept.length > 0) break
    kept.unshift(digest)
  }
  return kept
}

function excerpt(text: string): string {
  return text.length > SUMMARY_CHARS ? `${text.slice(0, SUMMARY_CHARS)}…` : text
}
