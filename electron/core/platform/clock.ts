/** Time as the core sees it: a port, so that tests can move it by hand. Times are ms since 1970. */
export interface Clock {
  now(): number
  /** Calls `fire` once, `delayMs` from now. Does not keep the process alive by itself. */
  after(delayMs: number, fire: () => void): Disposable
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fire) {
    // setTimeout wraps past 24.8 days: wait in stretches.
    const end = Date.now() + delayMs
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const left = end - Date.now()
      timer = setTimeout(left > LONGEST_TIMER_MS ? arm : fire, Math.max(0, Math.min(left, LONGEST_TIMER_MS)))
      timer.unref()
    }
    arm()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', abort, { once: true })
    })
  },
}
