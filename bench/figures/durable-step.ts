import { createEngineBed } from '../../electron/core/engine/engine-bed.fixture.ts'
import { createSdkApp } from '../../electron/core/engine/sdk-app.fixture.ts'
import { systemClock } from '../../electron/core/platform/clock.ts'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { figure, median } from '../stats.ts'

const STEPS = { full: 10_000, quick: 1000 }
const EARLY = { from: 50, to: 150 }
/** Enough of the last ones to see the median through the noise of a busy machine. */
const LATE = 400
const END_LIMIT_MS = 90_000

/** One step through the real SDK in this thread, its row flushed with FULL sync before the next begins. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const steps = quick ? STEPS.quick : STEPS.full
  const starts = await oneRun(steps)
  const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? at))
  const early = gaps.slice(EARLY.from, EARLY.to)
  const late = gaps.slice(-LATE)
  say(`durable-step: ${median(early).toFixed(3)} ms at 100, ${median(late).toFixed(3)} ms at ${steps}`)
  return {
    'durable step at 100 steps': figure(early, { unit: 'ms', target: 0.9 }),
    [`durable step at ${steps} steps`]: figure(late, { unit: 'ms' }),
    [`durable step at ${steps} steps against 100`]: figure([median(late) / median(early)], { unit: '×', target: 1.5 }),
  }
}

async function oneRun(steps: number): Promise<number[]> {
  const bed = createEngineBed(systemClock, { flush: true })
  const sdk = createSdkApp()
  const engine = bed.own(1)
  const starts: number[] = []
  const ended = Promise.withResolvers<void>()
  const timer = setTimeout(() => ended.reject(new Error(`only ${starts.length} of ${steps} steps within ${END_LIMIT_MS} ms`)), END_LIMIT_MS)
  try {
    const many = sdk.client.createFunction({ id: 'many', triggers: [{ event: 'go' }] }, async ({ step }) => {
      for (let n = 0; n < steps; n += 1) await step.run(`s${n}`, () => void starts.push(performance.now()))
      ended.resolve()
    })
    await sdk.connect(engine, [many])
    engine.adopt('all')
    engine.start()
    engine.send([{ name: 'go', data: {} }])
    await ended.promise
    return starts
  } finally {
    clearTimeout(timer)
    await engine.stop()
    bed.dispose()
  }
}

export const durableStep: FigureGroup = { name: 'durable-step', run }
