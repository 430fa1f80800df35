import PQueue from 'p-queue'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { commandEnvironment } from './command-environment.ts'
import { openSession } from './terminal-session.ts'
import { checkRequest, runInShell } from './run-in-shell.ts'
import { loadPty, startOnPipes, startOnPty, type StartedProcess, type StartOptions } from './start-process.ts'
import type { CommandRequest, CommandResult, TerminalSession, Terminals } from './types.ts'

export interface TerminalsDeps {
  /** The host's environment; commands see the little of it that `commandEnvironment` keeps. */
  env: Record<string, string | undefined>
  log: Log
  clock: Clock
  ids: Ids
  /** How many agents' commands run at once; more wait. Default 2. */
  maxConcurrentCommands?: number
  /** For tests: where node-pty comes from. */
  loadPty?: typeof loadPty
}

const DEFAULT_CONCURRENT_COMMANDS = 2
/** Wide, so that programs do not break their lines for a terminal that nobody looks at. */
const COMMAND_COLS = 200
const COMMAND_ROWS = 50

export function createTerminals(deps: TerminalsDeps): Terminals {
  const lane = new PQueue({ concurrency: deps.maxConcurrentCommands ?? DEFAULT_CONCURRENT_COMMANDS })
  const sessions = new Set<TerminalSession>()
  const stop = new AbortController()
  let pty: ReturnType<typeof loadPty> | null = null

  const loaded = (): ReturnType<typeof loadPty> => {
    if (pty === null) {
      pty = (deps.loadPty ?? loadPty)()
      if (pty === undefined) deps.log.warn('node-pty could not be loaded: terminals and commands run on pipes')
    }
    return pty
  }
  const start = (options: StartOptions): StartedProcess => {
    const module = loaded()
    return module ? startOnPty(module, options) : startOnPipes(options)
  }

  const runNow = async (request: CommandRequest): Promise<CommandResult> => {
    const timeoutMs = await checkRequest(request)
    const marker = deps.ids.short()
    const env = commandEnvironment(deps.env, request.env ?? {}, marker)
    // Standard input is empty: what asks a question gets its end at once instead of waiting for the timeout.
    const args = ['-c', 'exec /bin/sh -c "$1" </dev/null', 'sh', request.command]
    return runInShell(request, {
      clock: deps.clock,
      marker,
      timeoutMs,
      start: () => start({ file: '/bin/sh', args, cwd: request.cwd, env, cols: COMMAND_COLS, rows: COMMAND_ROWS, interactive: false }),
    })
  }

  return {
    ptyAvailable: () => loaded() !== undefined,
    open(options) {
      const session = openSession(options, { ...deps, start, pty: loaded() !== undefined })
      sessions.add(session)
      session.onExit(() => sessions.delete(session))
      return session
    },
    async run(request) {
      await checkRequest(request)
      const signal = AbortSignal.any([request.signal, stop.signal])
      return whenStarted(signal, (started) => lane.add(() => started(() => runNow({ ...request, signal }))))
    },
    async dispose() {
      stop.abort()
      await Promise.all([lane.onIdle(), ...[...sessions].map((session) => session.close())])
    },
  }
}

/** A command that still waits for its place is cancelled at once; one that runs is cancelled when all of it has ended. */
function whenStarted(signal: AbortSignal, enqueue: (started: (run: () => Promise<CommandResult>) => Promise<void>) => Promise<unknown>): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new RainyError('CANCELLED', 'The command was cancelled before it started.', { cause: signal.reason }))
    if (signal.aborted) return cancel()
    signal.addEventListener('abort', cancel, { once: true })
    enqueue(async (run) => {
      if (signal.aborted) return
      signal.removeEventListener('abort', cancel)
      await run().then(resolve, reject)
    }).catch(reject)
  })
}
