import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { TaskOptions } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { Session } from '../../core/client/types.ts'
import { has, UsageError, valuesOf } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { followTask } from '../follow.ts'
import { safeLine } from '../render/safe-text.ts'
import { counted } from '../render/style.ts'
import { taskOptions } from './task-options.ts'

const TASK_LIMIT_LETTERS = 1_000_000
/** How an id is written; see platform/ids.ts. */
const ID_LIKE = /^[bcdfghjkmnpqrstvwxz2-9]{3,12}$/
const MENTION_LIMIT = 200

export async function run(context: CommandContext): Promise<number> {
  const { args, io, json } = context
  if (has(args, 'detach')) throw new UsageError('--detach comes with a later version; `rainy serve` in another terminal keeps tasks running', 'run')
  const options = taskOptions(args)
  const { text, earlier } = await readTask(context)
  const files = valuesOf(args, 'file').map((file) => resolve(context.workspace, file))
  const session = await context.open('drive')
  const since = io.now()
  if (!options.trust) await askForTrust(context, session, options)
  const taskId = has(args, 'continue') ? await sendMessage(context, session, { text, files, options, earlier }) : await start(context, session, { text, files, options })
  const status = await followTask({ io, session, taskId, json, since: has(args, 'continue') ? since : 1, wait: has(args, 'wait') })
  await mentionOthers(context, session, taskId)
  return status
}

interface Words {
  text: string
  files: string[]
  options: TaskOptions
}

async function start({ workspace }: CommandContext, session: Session, { text, files, options }: Words): Promise<string> {
  return (await session.api.call('tasks.start', { task: text, workspace, files, options })).taskId
}

async function sendMessage({ workspace }: CommandContext, session: Session, { text, files, options, earlier }: Words & { earlier: string | undefined }): Promise<string> {
  const taskId = earlier ?? (await lastTask(session, workspace))
  return (await session.api.call('tasks.message', { taskId, text, files, options })).taskId
}

async function lastTask(session: Session, workspace: string): Promise<string> {
  const real = await realFolder(workspace)
  const [last] = await session.api.call('tasks.list', { workspace: real, limit: 1 })
  if (!last) throw new RainyError('TASK_NOT_FOUND', `There is no task in ${workspace} yet: start one with \`rainy run "…"\`.`)
  return last.id
}

async function realFolder(path: string): Promise<string> {
  const { realpath } = await import('node:fs/promises')
  return realpath(path).catch(() => path)
}

/** The words of the line, and what was piped in. With -c the first word may be a task's id. */
async function readTask({ args, io, open }: CommandContext): Promise<{ text: string; earlier: string | undefined }> {
  const words = args.positionals.filter((word) => word !== '-')
  const asked = args.positionals.includes('-')
  // There is a task whatever comes through the pipe: no need to wait for it before the core is started. Its failure is met below.
  if (!asked && words.some((word) => word.trim() !== '')) open('drive').catch(() => undefined)
  const piped = (await io.readPiped({ patient: asked || words.length === 0 }))?.trim() ?? ''
  const named = has(args, 'continue') && words[0] !== undefined && ID_LIKE.test(words[0]) && (words.length === 2 || (words.length === 1 && piped !== ''))
  const earlier = named ? words.shift() : undefined
  const text = [words.join(' ').trim(), piped].filter((part) => part !== '').join('\n\n')
  if (text === '') throw new UsageError(asked ? 'nothing came from stdin' : 'what is the task? rainy run "…"', 'run')
  if (text.includes('\0')) throw new UsageError('the task contains a NUL character', 'run')
  if (text.length > TASK_LIMIT_LETTERS) throw new UsageError(`the task is longer than ${TASK_LIMIT_LETTERS} letters`, 'run')
  return { text, earlier }
}

/** Before anything of the folder is obeyed. Without a terminal the task itself is parked until somebody says so. */
async function askForTrust({ io, json, workspace }: CommandContext, session: Session, options: TaskOptions): Promise<void> {
  if (!io.interactive || json || !(await holdsAnything(workspace))) return
  const { trusted, dir } = await session.api.call('trust.get', { dir: workspace })
  if (trusted) return
  io.out(`Do you trust ${safeLine(dir, 500)} and all below it? Its instructions are then obeyed and its programs may be run.\n[y] yes  [n] no: `)
  const answer = (await io.readLine())?.trim().toLowerCase()
  if (answer !== 'y' && answer !== 'yes') throw new RainyError('UNTRUSTED_WORKSPACE', `${dir} is not trusted; nothing was begun. \`rainy trust ${dir}\` trusts it.`)
  options.trust = true
}

async function holdsAnything(dir: string): Promise<boolean> {
  try {
    return (await readdir(dir)).length > 0
  } catch {
    // Missing, or no folder: the core says which.
    return false
  }
}

/** What else was interrupted here is not taken up by this command, only told of. */
async function mentionOthers({ io, workspace }: CommandContext, session: Session, taskId: string): Promise<void> {
  const all = await session.api.call('tasks.list', { workspace: await realFolder(workspace), limit: MENTION_LIMIT })
  const others = all.filter((task) => task.status === 'interrupted' && task.id !== taskId)
  if (others.length > 0) io.err(`${counted(others.length, 'other task')} here ${others.length === 1 ? 'was' : 'were'} interrupted; \`rainy resume\` goes on.\n`)
}
