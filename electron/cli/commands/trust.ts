import { resolve } from 'node:path'
import { has } from '../arguments.ts'
import { EXIT, type CommandContext } from '../context.ts'
import { safeLine } from '../render/safe-text.ts'

export async function trust({ args, io, json, workspace, open }: CommandContext): Promise<number> {
  const session = await open('decide')
  const dir = resolve(workspace, args.positionals[0] ?? '.')
  const answer = await session.api.call('trust.set', { dir, trusted: !has(args, 'revoke') })
  io.out(json ? `${JSON.stringify(answer)}\n` : `${safeLine(answer.dir, 1000)} is ${answer.trusted ? 'trusted, and all below it' : 'not trusted any more'}\n`)
  return EXIT.done
}
