import { useSyncExternalStore } from 'react'

const TICK_MS = 20_000
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time as relative dates need it: one clock for all of them, and it is slow. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
