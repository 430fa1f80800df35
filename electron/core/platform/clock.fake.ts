import type { Clock } from './clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on and fires what came due, in order of time, letting promises settle in between. */
  advance(ms: number): Promise<void>
  /** When the next timer is due, or undefined. */
  nextAt(): number | undefined
}

export function createFakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start
  let order = 0
  const timers = new Map<number, { at: number; fire: () => void }>()
  const next = (): [number, { at: number; fire: () => void }] | undefined =>
    [...timers].toSorted(([idA, a], [idB, b]) => a.at - b.at || idA - idB)[0]
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const clock: FakeClock = {
    now: () => now,
    after(delayMs, fire) {
      const id = (order += 1)
      timers.set(id, { at: now + Math.max(0, delayMs), fire })
      return { [Symbol.dispose]: () => void timers.delete(id) }
    },
    sleep(delayMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const timer = clock.after(delayMs, resolve)
        signal?.addEventListener('abort', () => {
          timer[Symbol.dispose]()
          reject(signal.reason)
        }, { once: true })
      })
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let due = next(); due && due[1].at <= end; due = next()) {
        timers.delete(due[0])
        now = Math.max(now, due[1].at)
        due[1].fire()
        await settle()
      }
      now = end
      await settle()
    },
    nextAt: () => next()?.[1].at,
  }
  return clock
}
