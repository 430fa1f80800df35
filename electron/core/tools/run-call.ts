import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { StoredOutcome } from '../store/tool-call-store.ts'
import { asPathError } from '../workspace/fs-errors.ts'
import type { AnyTool } from './types.ts'

/** How long a call that was told to stop may take to do so before its caller goes on without it, in ms. */
const STOP_GRACE_MS = 3000
/** The longest result, as JSON. */
const RESULT_LIMIT_CHARS = 2 * 1024 * 1024
/** What a model is shown of one result at most. */
const CONTENT_LIMIT_CHARS = 100_000
const SUMMARY_LIMIT_CHARS = 200

export interface CallRun {
  tool: AnyTool
  clock: Clock
  log: Log
  /** Of the batch. */
  signal: AbortSignal
  timeoutMs: number
  work(signal: AbortSignal): Promise<{ result: unknown; filesModified: string[] }>
}

/** Runs one call to an outcome, whatever it throws. Only a cancelled batch throws, with its reason. */
export async function runCall({ tool, clock, log, signal, timeoutMs, work }: CallRun): Promise<StoredOutcome> {
  const started = clock.now()
  const took = (): number => Math.max(0, clock.now() - started)
  const limit = new AbortController()
  const timer = clock.after(timeoutMs, () => limit.abort(new RainyError('TIMEOUT', `${tool.name} took longer than ${timeoutMs} ms and was stopped.`)))
  try {
    const { result, filesModified } = await untilStopped(AbortSignal.any([signal, limit.signal]), clock, work)
    return toSuccess(tool, result, { durationMs: took(), filesModified })
  } catch (error) {
    const reason = limit.signal.aborted && !isRainy(error, 'TIMEOUT') ? limit.signal.reason : error
    if (signal.aborted) throw asCancelled(signal, error)
    return { status: 'error', error: errorBody(reason, tool, log), durationMs: took(), filesModified: [] }
  } finally {
    timer[Symbol.dispose]()
  }
}

function toSuccess(tool: AnyTool, result: unknown, rest: { durationMs: number; filesModified: string[] }): StoredOutcome {
  const output = tool.output.parse(result)
  const size = JSON.stringify(output).length
  if (size > RESULT_LIMIT_CHARS) throw new RainyError('OUTPUT_LIMIT', `The result of ${tool.name} has ${size} characters, more than ${RESULT_LIMIT_CHARS}; ask for less.`)
  const summary = tool.summarize?.(output) ?? 'done'
  // zod has checked it against a schema of JSON values.
  return { status: 'success', result: output as JsonValue, summary: summary.slice(0, SUMMARY_LIMIT_CHARS), ...rest }
}

/** What the model is shown: the tool's own words, else JSON. */
export function present(tool: AnyTool, result: JsonValue): string {
  const output = tool.present ? tool.output.safeParse(result) : undefined
  const text = output?.success && tool.present ? tool.present(output.data) : JSON.stringify(result)
  return bounded(text)
}

/** Head and tail: the beginning says what it is, the end how it came out. */
function bounded(text: string): string {
  if (text.length <= CONTENT_LIMIT_CHARS) return text
  const tail = Math.floor(CONTENT_LIMIT_CHARS / 4)
  const head = CONTENT_LIMIT_CHARS - tail
  return `${text.slice(0, head)}\n[… ${text.length - CONTENT_LIMIT_CHARS} characters left out …]\n${text.slice(-tail)}`.toWellFormed()
}

/** Waits for the work also after it was told to stop; what does not listen is left behind after a while. */
async function untilStopped<T>(signal: AbortSignal, clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  let grace: Disposable | undefined
  const stop = (): void => {
    grace = clock.after(STOP_GRACE_MS, () => reject(signal.reason))
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work(signal), stopped])
  } finally {
    signal.removeEventListener('abort', stop)
    grace?.[Symbol.dispose]()
  }
}

export function asCancelled(signal: AbortSignal, error?: unknown): RainyError {
  if (isRainy(error, 'CANCELLED')) return error
  if (isRainy(signal.reason, 'CANCELLED')) return signal.reason
  return new RainyError('CANCELLED', 'The call was cancelled.', { cause: signal.reason })
}

function isRainy(error: unknown, code: RainyError['code']): error is RainyError {
  return error instanceof RainyError && error.code === code
}

function errorBody(error: unknown, tool: AnyTool, log: Log): ReturnType<typeof toErrorBody> {
  const known = asPathError(error, tool.name)
  if (!(known instanceof RainyError)) log.error('A tool failed in a way it should not.', { tool: tool.name, error: String(error), stack: error instanceof Error ? error.stack : undefined })
  return toErrorBody(known)
}
