import { stat } from 'node:fs/promises'
import { RainyError } from '../../../../shared/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { createBoundedOutput } from './bounded-output.ts'
import { createPlainText } from './plain-text.ts'
import { endFamily } from './process-family.ts'
import type { StartedProcess } from './start-process.ts'
import { COMMAND_TIMEOUT_MAX_MS, COMMAND_TIMEOUT_MS, type CommandRequest, type CommandResult } from './types.ts'

/** More than this of a command's output is not passed on as it comes. */
export const LIVE_LIMIT_BYTES = 1024 * 1024

/** What is wrong with a request, found before anything starts. */
export async function checkRequest({ command, cwd, env, timeoutMs }: CommandRequest): Promise<number> {
  if (command.trim() === '') throw new RainyError('COMMAND_EMPTY', 'The command is empty. Give a command line.')
  const words = [command, cwd, ...Object.entries(env ?? {}).flat()]
  if (words.some((word) => word.includes('\0'))) throw new RainyError('PATH_HAS_NUL', 'The command, its folder or its environment has a NUL character. Remove it.')
  const timeout = timeoutMs ?? COMMAND_TIMEOUT_MS
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > COMMAND_TIMEOUT_MAX_MS) {
    throw new RainyError('INVALID_TIMEOUT', `timeoutMs is ${timeout}. Give whole milliseconds from 1 to ${COMMAND_TIMEOUT_MAX_MS}.`)
  }
  const folder = await stat(cwd).catch(() => undefined)
  if (!folder?.isDirectory()) throw new RainyError('CWD_NOT_FOUND', `The folder ${JSON.stringify(cwd)} does not exist or is no folder. Give an existing folder.`, { details: { cwd } })
  return timeout
}

export interface RunDeps {
  clock: Clock
  /** Starts the request's command line. */
  start(): StartedProcess
  marker: string
  timeoutMs: number
}

/** Runs to the end, whichever comes first: its own, the timeout's or the caller's. Nothing of it is left afterwards. */
export async function runInShell(request: CommandRequest, { clock, start, marker, timeoutMs }: RunDeps): Promise<CommandResult> {
  const startedAt = clock.now()
  const collected = createBoundedOutput()
  const text = createPlainText()
  let live = LIVE_LIMIT_BYTES
  const take = (plain: string): void => {
    if (plain === '') return
    collected.write(plain)
    if (live <= 0) return
    live -= plain.length
    request.onOutput?.(live > 0 ? plain : `${plain}\n… more output follows; its end is in the result …\n`)
  }
  const process = start()
  process.onData((chunk) => take(text.write(chunk)))
  const ended = new Promise<{ exitCode: number; signal: string | undefined }>((resolve) => {
    process.onExit((exitCode, signal) => resolve({ exitCode, signal }))
  })
  const end = async (): Promise<void> => {
    if (process.pid !== undefined) await endFamily({ leader: process.pid, marker }, clock)
  }
  const outcome = await firstEnd(ended, request.signal, clock, timeoutMs)
  await end()
  // The family is gone, so its output ends: but never wait for what cannot be killed.
  if (outcome.how !== 'exit') await Promise.race([ended, clock.sleep(1000)])
  take(text.end())
  const { output, truncated } = collected.end()
  const durationMs = clock.now() - startedAt
  if (outcome.how === 'exit') return { exitCode: outcome.exitCode, ...(outcome.signal ? { signal: outcome.signal } : {}), output, truncated, durationMs }
  const details = { output, truncated, durationMs }
  if (outcome.how === 'timeout') throw new RainyError('TIMEOUT', `The command did not end within ${timeoutMs} ms and was stopped. Give a longer timeoutMs, or a command that ends by itself.`, { details })
  throw new RainyError('CANCELLED', 'The command was cancelled and stopped.', { details, cause: request.signal.reason })
}

type Outcome = { how: 'exit'; exitCode: number; signal: string | undefined } | { how: 'timeout' } | { how: 'cancel' }

async function firstEnd(ended: Promise<{ exitCode: number; signal: string | undefined }>, signal: AbortSignal, clock: Clock, timeoutMs: number): Promise<Outcome> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<Outcome>()
  const cancel = (): void => stop({ how: 'cancel' })
  const timer = clock.after(timeoutMs, () => stop({ how: 'timeout' }))
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const first = await Promise.race([ended, stopped])
  timer[Symbol.dispose]()
  signal.removeEventListener('abort', cancel)
  return 'how' in first ? first : { how: 'exit', ...first }
}
