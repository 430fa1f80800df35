import type { RainyEnd, RainyProcess } from './rainy-process.ts'
import { watchSteps } from './snapshot.ts'

/** Once so many steps are stored, or so many ms after the first process was started. */
export type KillAt = { steps: number } | { ms: number }

/** Sends SIGKILL at given moments to whatever runs then. A moment at which nothing runs is that of the next process. */
export interface Killer extends Disposable {
  /** Until all of them have ended. `onDeath` is told once they all have, if they were killed. */
  watch(processes: RainyProcess[], onDeath: () => void): Promise<RainyEnd[]>
  /** Runs and dies with those that are watched. */
  add(process: RainyProcess): void
}

export function createKiller(dataDir: string, kills: KillAt[]): Killer {
  const left = [...kills]
  const started = Date.now()
  let running: RainyProcess[] = []
  let isKilled = false

  function look(steps: number): void {
    const [next] = left
    if (!next || isKilled || running.length === 0 || ('steps' in next ? steps < next.steps : Date.now() - started < next.ms)) return
    left.shift()
    isKilled = true
    for (const process of running) process.kill()
  }
  const steps = kills.some((kill) => 'steps' in kill) ? watchSteps(dataDir, look) : undefined
  const timer = setInterval(() => look(-1), 1)

  return {
    async watch(processes, onDeath) {
      running = [...processes]
      isKilled = false
      const ends: RainyEnd[] = []
      // Others may come while these are waited for.
      for (const process of running) ends.push(await process.ended)
      running = []
      if (isKilled) onDeath()
      return ends
    },
    add(process) {
      running.push(process)
      if (isKilled) process.kill()
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      steps?.stop()
    },
  }
}
