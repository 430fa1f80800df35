import { has } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { followTask } from '../follow.ts'

export async function attach({ args, io, json, open }: CommandContext): Promise<number> {
  const session = await open('drive')
  const { id } = await session.api.call('tasks.get', { taskId: args.positionals[0] ?? '' })
  return followTask({ io, session, taskId: id, json, since: 0, wait: has(args, 'wait') })
}
