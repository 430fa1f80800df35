import { realpath } from 'node:fs/promises'
import { has } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { followTask } from '../follow.ts'
import { taskOptions } from './task-options.ts'

export async function resume({ args, io, json, workspace, open }: CommandContext): Promise<number> {
  const options = taskOptions(args)
  const session = await open('drive')
  const since = io.now()
  const [id] = args.positionals
  const target = id === undefined ? { workspace: await realpath(workspace).catch(() => workspace) } : { taskId: id }
  const { taskIds } = await session.api.call('tasks.resume', { ...target, options })
  if (taskIds.length === 0) {
    io.err('There is nothing to resume in this folder.\n')
    return EXIT.done
  }
  // They all go on at once; they are shown one after another.
  const statuses: number[] = []
  for (const taskId of taskIds) {
    if (taskIds.length > 1) io.err(`resuming ${taskId}\n`)
    statuses.push(await followTask({ io, session, taskId, json, since, wait: has(args, 'wait') }))
    if (statuses.at(-1) === EXIT.interrupted) break
  }
  return worst(statuses)
}

function worst(statuses: number[]): number {
  return [EXIT.interrupted, EXIT.failed, EXIT.parked].find((status) => statuses.includes(status)) ?? EXIT.done
}
