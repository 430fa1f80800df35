import type { InngestFunction } from 'inngest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import { createEngineBed, type EngineBed } from './engine-bed.fixture.ts'
import { createSdkApp, type SdkApp } from './sdk-app.fixture.ts'
import type { Engine } from './types.ts'

let clock: FakeClock
let bed: EngineBed
let sdk: SdkApp
let engine: Engine

beforeEach(() => {
  clock = createFakeClock()
  bed = createEngineBed(clock)
  sdk = createSdkApp()
  engine = bed.own(1)
})
afterEach(async () => {
  await engine.stop()
  bed.dispose()
})

async function boot(...functions: InngestFunction.Any[]): Promise<void> {
  await sdk.connect(engine, functions)
  engine.adopt('all')
  engine.start()
}

/** Lets what is under way go on until nothing moves, without moving time. */
async function settle(): Promise<void> {
  let quiet = 0
  let before = ''
  while (quiet < 8) {
    await clock.advance(0)
    const now = JSON.stringify([sdk.calls.length, sdk.requests.length, bed.told.length, engine.load()])
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
}

async function trigger(name: string, data = {}): Promise<void> {
  engine.send([{ name, data }])
  await settle()
}

describe('the real SDK on the embedded engine', () => {
  test('runs steps in one call and stores each before the next begins', async () => {
    const seen: number[] = []
    await boot(
      sdk.client.createFunction({ id: 'seq', triggers: [{ event: 'go' }] }, async ({ step, event }) => {
        let sum = 0
        for (let i = 0; i < 5; i += 1) {
          seen.push((bed.db.raw.prepare('SELECT count(*) AS n FROM steps').get() as { n: number }).n)
          sum += await step.run(`s${i}`, () => i)
        }
        return { sum, got: event.data['x'] }
      }),
    )
    await trigger('go', { x: 7 })
    expect(bed.outcome()).toEqual({ status: 'completed', output: { sum: 10, got: 7 } })
    expect(sdk.calls).toEqual(['step'])
    // Code between steps runs while the checkpoint is under way, so it may see one less.
    expect(seen.every((count, index) => count >= index - 1)).toBe(true)
    expect(bed.told).toEqual(['seq started', 'seq completed'])
  })

  test('runs parallel steps once each and joins them', async () => {
    const ran: string[] = []
    const one = (name: string) => async () => {
      ran.push(name)
      return name
    }
    await boot(
      sdk.client.createFunction({ id: 'par', triggers: [{ event: 'go' }] }, async ({ step }) => {
        await step.run('first', one('first'))
        const all = await Promise.all(['a', 'b', 'c'].map((name) => step.run(name, one(name))))
        const z = await step.run('z', one('z'))
        return [...all, z].join('')
      }),
    )
    await trigger('go')
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'abcz' })
    expect(ran.toSorted()).toEqual(['a', 'b', 'c', 'first', 'z'])
  })
})

