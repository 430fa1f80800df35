import { readdir, realpath } from 'node:fs/promises'
import type { OperationParsedInput } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { classifyIntent } from '../../../shared/intent.ts'
import { makeFolder } from '../platform/make-folder.ts'
import { readInstructions } from '../config/workspace-config.ts'
import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import type { TaskRow } from '../store/task-store.ts'
import type { TaskContext } from './context.ts'
import { launchRound } from './launch-round.ts'
import { createHeader } from './task-header.ts'

/**
 * Stores a new task and starts its first round, or parks it until its folder is trusted. A folder that is missing or empty is
 * trusted. Said again with the same `taskId` it starts nothing more. Throws MODEL_UNKNOWN, BAD_REQUEST for another task's id, and NOT_FOUND or PERMISSION_DENIED where the folder cannot be made.
 */
export async function startTask(context: TaskContext, input: OperationParsedInput<'tasks.start'>): Promise<{ taskId: string }> {
  const { db, ids, tasks, messages, trust, engine, epoch } = context
  const known = input.taskId === undefined ? undefined : tasks.get(input.taskId)
  if (known) return saidAgain(context, known, input.task)
  // What is wrong with the options is said before anything is made or trusted.
  const asked = createHeader(context, input.options, context.config.instructions)
  const { root, empty } = await enterWorkspace(input.workspace)
  if (empty || input.options.trust) trust.set(root, true)
  const trusted = trust.isTrusted(root)
  const header = trusted ? { ...asked, instructions: await readInstructions(root, context.config) } : asked
  const taskId = input.taskId ?? ids.short()
  engine.adopt(taskId)
  db.transaction(() => {
    // Said twice at once, the first has started it.
    if (tasks.get(taskId)) return
    tasks.insert({
      id: taskId,
      text: input.task,
      workspace: root,
      intent: classifyIntent(input.task, { workspaceEmpty: empty }),
      status: 'queued',
      reason: null,
      until: null,
      header,
      round: 1,
      plan: null,
      result: null,
      error: null,
      epoch,
      activeMs: 0,
    })
    messages.add({ taskId, round: 1, text: input.task, files: input.files, takenBy: 'round' })
    const task = tasks.find(taskId)
    if (trusted) launchRound(context, task, { text: input.task, files: input.files })
    else parkForTrust(context, taskId, root)
  })
  return { taskId }
}

/** Whoever says it again may have lost the owner that heard it first: this one carries the task on. */
function saidAgain({ engine, tasks, epoch }: TaskContext, task: TaskRow, text: string): { taskId: string } {
  if (task.text !== text) throw new RainyError('BAD_REQUEST', `There is a task ${task.id} already, and it is another one.`)
  if (task.epoch !== epoch && !FINISHED_STATUSES.has(task.status)) {
    engine.adopt(task.id)
    tasks.update(task.id, { epoch })
  }
  return { taskId: task.id }
}

/** Makes the folder where it is missing. `empty`: it holds nothing but what git puts there. */
async function enterWorkspace(path: string): Promise<{ root: string; empty: boolean }> {
  try {
    makeFolder(path)
    const root = await realpath(path)
    const entries = await readdir(root)
    return { root, empty: entries.length === 0 }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOTDIR' || code === 'EEXIST') throw new RainyError('NOT_FOUND', `The workspace ${path} is not a folder.`, { cause: error })
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw new RainyError('PERMISSION_DENIED', `The workspace ${path} cannot be entered or made.`, { cause: error })
    throw new RainyError('NOT_FOUND', `The workspace ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function parkForTrust({ inbox, tasks, progress }: TaskContext, taskId: string, root: string): void {
  inbox.ask({
    taskId,
    runId: '',
    callKey: `trust:${taskId}`,
    kind: 'trust',
    tool: 'trust',
    args: { dir: root },
    subjectHash: root,
    preview: `Trust ${root}? Until then nothing in it is run or obeyed.`,
    workspace: root,
  })
  tasks.update(taskId, { status: 'parked', reason: 'trust' })
  progress.append(taskId, { type: 'status', status: 'parked', reason: 'trust' })
  progress.append(taskId, { type: 'parked', reason: 'trust', next: `rainy trust ${root} && rainy resume ${taskId}` })
}
