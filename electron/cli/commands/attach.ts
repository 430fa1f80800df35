import { FINISHED_STATUSES } from '../../../shared/tasks.ts'
import { has } from '../arguments.ts'
import type { CommandContext } from '../context.ts'
import { followTask } from '../follow.ts'

export async function attach({ args, io, json, open }: CommandContext): Promise<number> {
  const look = await open('read')
  const { id, status } = await look.api.call('tasks.get', { taskId: args.positionals[0] ?? '' })
  // What has ended is only read. All else this command may have to carry on, should its owner die.
  const session = FINISHED_STATUSES.has(status) ? look : await open('drive')
  return followTask({ io, session, taskId: id, json, since: 0, wait: has(args, 'wait') })
}
