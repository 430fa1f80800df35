import type { Clock } from '../../platform/clock.ts'

/** Local models may read a long prompt for minutes before their first word. */
export const IDLE_LIMIT_MS = 300_000

export interface IdleWatch extends Disposable {
  /** Aborted when the caller's signal is, or nothing has come for too long. */
  abort: AbortController
  /** Something came. */
  touch(): void
  /** Set when the silence was too long. */
  readonly idle: Error | undefined
}

/** A call that hangs is ended, whatever the server does. */
export function createIdleWatch(clock: Clock, signal: AbortSignal): IdleWatch {
  const abort = new AbortController()
  let idle: Error | undefined
  let timer: Disposable | undefined
  const stop = (): void => abort.abort(signal.reason)
  const touch = (): void => {
    timer?.[Symbol.dispose]()
    timer = clock.after(IDLE_LIMIT_MS, () => {
      idle = new Error(`no answer for ${IDLE_LIMIT_MS / 1000} s`)
      abort.abort(idle)
    })
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  touch()
  return {
    abort,
    touch,
    get idle() {
      return idle
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]()
      signal.removeEventListener('abort', stop)
      // Lets go of a connection that is still open after an error.
      abort.abort()
    },
  }
}
