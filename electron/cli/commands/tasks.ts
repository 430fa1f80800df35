import { realpath } from 'node:fs/promises'
import type { TaskSummary } from '../../../shared/tasks.ts'
import { valueOf } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'
import { ago, createStyle, type Style } from '../render/style.ts'
import { number } from './task-options.ts'

const DEFAULT_LIMIT = 500
const LIMIT_MOST = 10_000
const STATUS_WIDTH = 12
const AGE_WIDTH = 12

export async function tasks({ args, io, json, workspace, open }: CommandContext): Promise<number> {
  const given = valueOf(args, 'limit')
  const limit = given === undefined ? DEFAULT_LIMIT : number(args, 'limit', given, { least: 1, most: LIMIT_MOST, whole: true })
  const session = await open('read')
  // Where a folder is named, that one's; else everything there is.
  const filter = valueOf(args, 'workspace') !== undefined ? { workspace: await realpath(workspace).catch(() => workspace) } : {}
  const list = await session.api.call('tasks.list', { ...filter, limit })
  if (json) io.out(`${JSON.stringify(list)}\n`)
  else if (list.length === 0) io.out('No tasks yet. `rainy run "…"` starts one.\n')
  else io.out(`${list.map((task) => taskLine(task, createStyle(io.colors), io.columns(), io.now())).join('\n')}\n`)
  return EXIT.done
}

export function taskLine(task: TaskSummary, style: Style, columns: number, now: number): string {
  const status = task.reason && task.status === 'parked' ? `${task.status}: ${task.reason}` : task.status
  const head = `${task.id}  ${colorOf(task, style)(status.padEnd(STATUS_WIDTH))}  ${style.dim(ago(now - task.updatedAt).padEnd(AGE_WIDTH))}  `
  const taken = task.id.length + Math.max(STATUS_WIDTH, status.length) + AGE_WIDTH + 6
  return head + safeLine(task.task, Math.max(20, columns - taken))
}

export function colorOf({ status }: Pick<TaskSummary, 'status'>, style: Style): (text: string) => string {
  switch (status) {
    case 'completed':
      return style.green
    case 'failed':
      return style.red
    case 'parked':
    case 'interrupted':
    case 'waiting':
      return style.yellow
    case 'queued':
    case 'running':
      return style.cyan
    case 'cancelled':
      return style.dim
    default:
      return status satisfies never
  }
}
