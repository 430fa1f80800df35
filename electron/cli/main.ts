import { resolve } from 'node:path'
import type { Need, Session } from '../core/client/types.ts'
import { dataPaths } from '../core/platform/paths.ts'
import { has, parseArguments, UsageError, valueOf, type Arguments } from './arguments.ts'
import { COMMANDS, type ListedCommand } from './command-list.ts'
import { EXIT, type CommandContext, type StartServer } from './context.ts'
import { commandHelp, generalHelp } from './help.ts'
import type { TerminalIo } from './io.ts'

export interface MainOptions {
  argv: readonly string[]
  env: Record<string, string | undefined>
  cwd: string
  io: TerminalIo
  version: string
  openSession(need: Need, options: { kind: 'command' | 'serve'; paths: CommandContext['paths']; workspace: string }): Promise<Session>
  startServer(session: Session, workspace: string, options: Parameters<StartServer>[0]): ReturnType<StartServer>
}

/** Each can do what those before it can. */
const NEEDS: readonly Need[] = ['read', 'decide', 'drive']

/** The command `rainy`. Gives the exit status; throws nothing. */
export async function main(options: MainOptions): Promise<number> {
  const { io, version } = options
  let args: Arguments | undefined
  try {
    args = parseArguments(options.argv, COMMANDS)
    const command = COMMANDS.find(({ name }) => name === args?.command)
    if (has(args, 'version')) {
      io.out(`${version}\n`)
      return EXIT.done
    }
    if (has(args, 'help')) {
      io.out(command ? commandHelp(command) : generalHelp(COMMANDS))
      return EXIT.done
    }
    if (!command) return withoutCommand(io)
    return await runCommand(options, args, command)
  } catch (error) {
    return await report(error, io)
  }
}

/** The conversation comes later; until then a person is shown what there is. */
function withoutCommand(io: TerminalIo): number {
  if (io.interactive) {
    io.out(generalHelp(COMMANDS))
    return EXIT.done
  }
  throw new UsageError('a command is missing')
}

async function runCommand(options: MainOptions, args: Arguments, listed: ListedCommand): Promise<number> {
  const { io, env, cwd, version } = options
  const paths = dataPaths(absolute(cwd, directory(args, 'data-dir')), env)
  const workspace = absolute(cwd, directory(args, 'workspace')) ?? cwd
  const kind = listed.name === 'serve' ? 'serve' : 'command'
  let session: Promise<Session> | undefined
  let opened: Need = 'read'
  const open = (need: Need): Promise<Session> => {
    if (session && NEEDS.indexOf(need) <= NEEDS.indexOf(opened)) return session
    const before = session
    opened = need
    return (session = Promise.resolve(before?.then((less) => less.close({ now: true }))).then(() => options.openSession(need, { kind, paths, workspace })))
  }
  const command = await listed.load()
  let status: number = EXIT.failed
  let failed = true
  try {
    status = await command({
      args,
      io,
      env,
      workspace,
      paths,
      json: has(args, 'json'),
      version,
      open,
      startServer: async (serverOptions) => options.startServer(await open('drive'), workspace, serverOptions),
    })
    failed = false
    return status
  } finally {
    // What was begun and cannot be waited for is kept: it goes on when it is resumed.
    const last = await session?.catch(() => undefined)
    await last?.close({ now: failed || status === EXIT.interrupted })
  }
}

function directory(args: Arguments, name: string): string | undefined {
  const value = valueOf(args, name)
  if (value === '') throw new UsageError(`--${name} needs a folder`)
  if (value?.includes('\0')) throw new UsageError(`--${name} is no path`)
  return value
}

function absolute(cwd: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path)
}

/** Says what was wrong on stderr and gives the status that goes with it. */
async function report(error: unknown, io: TerminalIo): Promise<number> {
  const { safeText } = await import('./render/safe-text.ts')
  if (error instanceof UsageError) {
    io.err(`rainy: ${safeText(error.message)}\nTry \`rainy${error.command ? ` ${error.command}` : ''} --help\`.\n`)
    return EXIT.usage
  }
  const { ERROR_TABLE, RainyError } = await import('../../shared/errors.ts')
  if (error instanceof RainyError) {
    io.err(`rainy: ${safeText(error.message)} [${error.code}]\n`)
    return ERROR_TABLE[error.code].exit
  }
  io.err(`rainy: ${safeText(error instanceof Error ? error.message : String(error))} [INTERNAL]\n`)
  return EXIT.failed
}
