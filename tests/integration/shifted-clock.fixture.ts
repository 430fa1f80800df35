import type { Clock } from '../../electron/core/platform/clock.ts'

/** The real clock, which can also jump ahead: what would be due by then fires at once. */
export interface ShiftedClock extends Clock {
  advance(ms: number): void
}

export function createShiftedClock(): ShiftedClock {
  let offset = 0
  const timers = new Set<{ at: number; fire(): void }>()
  const now = (): number => Date.now() + offset
  const after: Clock['after'] = (delayMs, fire) => {
    const timer = {
      at: now() + delayMs,
      fire() {
        end()
        fire()
      },
    }
    const real = setTimeout(() => timer.fire(), Math.max(0, Math.min(delayMs, 2 ** 31 - 1)))
    real.unref()
    const end = (): void => {
      clearTimeout(real)
      timers.delete(timer)
    }
    timers.add(timer)
    return { [Symbol.dispose]: end }
  }
  return {
    now,
    after,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const timer = after(delayMs, resolve)
        signal?.addEventListener('abort', () => {
          timer[Symbol.dispose]()
          reject(signal.reason)
        }, { once: true })
      }),
    advance(ms) {
      offset += ms
      for (const timer of [...timers].toSorted((a, b) => a.at - b.at)) if (timer.at <= now()) timer.fire()
    },
  }
}
