import { createEngineBed } from '../../electron/core/engine/engine-bed.fixture.ts'
import { createSdkApp } from '../../electron/core/engine/sdk-app.fixture.ts'
import { systemClock } from '../../electron/core/platform/clock.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { figure } from '../stats.ts'

const RUNS = { full: 100, quick: 20 }
const STEPS = 50
const END_LIMIT_MS = 60_000
/** A run that waits so long between two of its steps counts as starved. */
const STARVED_MS = 1000

/** Many runs at once, FULL sync: what passes in a run between the end of a step and the start of its next. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const runs = quick ? RUNS.quick : RUNS.full
  const bed = createEngineBed(systemClock, { flush: true })
  const sdk = createSdkApp()
  const engine = bed.own(1)
  const gaps: number[] = []
  const finished: number[] = []
  const ended = Promise.withResolvers<void>()
  const timer = setTimeout(() => ended.reject(new Error(`only ${finished.length} of ${runs} runs ended within ${END_LIMIT_MS} ms`)), END_LIMIT_MS)
  try {
    const fifty = sdk.client.createFunction({ id: 'fifty', triggers: [{ event: 'go' }] }, async ({ step }) => {
      let last: number | undefined
      for (let n = 0; n < STEPS; n += 1) {
        await step.run(`s${n}`, () => {
          if (last !== undefined) gaps.push(performance.now() - last)
          last = performance.now()
        })
      }
      finished.push(performance.now() - from)
      if (finished.length === runs) ended.resolve()
    })
    await sdk.connect(engine, [fifty])
    engine.adopt('all')
    engine.start()
    const from = performance.now()
    engine.send(Array.from({ length: runs }, (_, index) => ({ name: 'go', data: { taskId: `task-${index}` } })))
    await ended.promise
    const starved = gaps.filter((ms) => ms > STARVED_MS).length
    say(`many-runs: ${finished.length} runs in ${Math.round(Math.max(...finished))} ms`)
    return {
      [`${runs} runs of ${STEPS} steps: step overhead, p99`]: figure(gaps, { unit: 'ms', target: 25, by: 'p99', note: `${starved} waits over ${STARVED_MS} ms` }),
      [`${runs} runs of ${STEPS} steps: all finished after`]: figure([Math.max(...finished)], { unit: 'ms', note: `the first after ${Math.round(Math.min(...finished))} ms` }),
      [`${runs} runs of ${STEPS} steps: starved`]: figure([starved], { unit: 'runs', target: 0 }),
    }
  } finally {
    clearTimeout(timer)
    await engine.stop()
    bed.dispose()
  }
}

export const manyRuns: FigureGroup = { name: 'many-runs', run }
