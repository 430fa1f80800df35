import { UsageError } from '../arguments.ts'
import type { CommandContext } from '../context.ts'

export async function rewind(_context: CommandContext): Promise<number> {
  throw new UsageError('rewind comes with a later version; `rainy diff ID` shows what a task has changed', 'rewind')
}
