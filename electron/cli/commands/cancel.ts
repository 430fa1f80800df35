import { EXIT, type CommandContext } from '../context.ts'

export async function cancel({ args, io, json, open }: CommandContext): Promise<number> {
  const session = await open('decide')
  const { taskId } = await session.api.call('tasks.cancel', { taskId: args.positionals[0] ?? '' })
  io.out(json ? `${JSON.stringify({ taskId })}\n` : `cancelled ${taskId}\n`)
  return EXIT.done
}
