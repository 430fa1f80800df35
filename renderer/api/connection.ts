import { toErrorBody } from '../../shared/errors.ts'
import type { ErrorBody } from '../../shared/errors.ts'
import type { RainyApi } from '../../shared/api.ts'

export type ConnectionState = 'connecting' | 'open' | 'lost'

/** What one attempt to reach the core gives. */
export interface OpenedChannel extends RainyApi {
  readonly closed: Promise<void>
  close(): void
}

export interface Connection {
  onState(listener: (state: ConnectionState, error: ErrorBody | null) => void): void
  /** The core, as soon as it can be reached. Rejects only when `signal` aborts. */
  api(signal: AbortSignal): Promise<RainyApi>
}

export const FIRST_DELAY_MS = 250
export const LONGEST_DELAY_MS = 5000

/** Keeps one channel to the core open until `signal` aborts: when it is lost, tries again, ever more slowly. */
export function keepConnected(open: (signal: AbortSignal) => Promise<OpenedChannel>, signal: AbortSignal, sleep: Sleep = sleepMs): Connection {
  const listeners = new Set<(state: ConnectionState, error: ErrorBody | null) => void>()
  let current = Promise.withResolvers<RainyApi>()
  const tell = (state: ConnectionState, error: ErrorBody | null = null): void => {
    for (const listener of listeners) listener(state, error)
  }

  async function run(): Promise<void> {
    let delay = FIRST_DELAY_MS
    while (!signal.aborted) {
      let error: ErrorBody | null = null
      try {
        const channel = await open(signal)
        const close = (): void => channel.close()
        signal.addEventListener('abort', close, { once: true })
        current.resolve(channel)
        tell('open')
        delay = FIRST_DELAY_MS
        await channel.closed
        signal.removeEventListener('abort', close)
        current = Promise.withResolvers()
      } catch (failure) {
        error = toErrorBody(failure)
      }
      if (signal.aborted) return
      tell('lost', error)
      await sleep(delay, signal)
      delay = Math.min(LONGEST_DELAY_MS, delay * 2)
    }
  }
  void run()

  return {
    onState: (listener) => void listeners.add(listener),
    api: (callerSignal) => untilAborted(() => current.promise, callerSignal),
  }
}

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export function sleepMs(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

function untilAborted<Value>(make: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    make().then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
