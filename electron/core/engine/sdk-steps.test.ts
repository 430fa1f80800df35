import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FakeClock } from '../platform/clock.fake.ts'
import type { EngineBed } from './engine-bed.fixture.ts'
import type { SdkApp } from './sdk-app.fixture.ts'
import { createSdkBed, HOUR_MS, MINUTE_MS, on, type SdkBed } from './sdk-bed.fixture.ts'
import type { Engine } from './types.ts'

let all: SdkBed
let clock: FakeClock
let bed: EngineBed
let sdk: SdkApp
let engine: Engine
let boot: SdkBed['boot']
let settle: SdkBed['settle']
let pass: SdkBed['pass']
let trigger: SdkBed['trigger']

beforeEach(() => {
  all = createSdkBed()
  ;({ clock, bed, sdk, engine, boot, settle, pass, trigger } = all)
})
afterEach(() => all.dispose())

describe('steps', () => {
  test('run in one call, each stored before the next begins', async () => {
    const seen: number[] = []
    await boot(
      sdk.client.createFunction(on('seq'), async ({ step, event }) => {
        let sum = 0
        for (let i = 0; i < 5; i += 1) {
          sum += await step.run(`s${i}`, () => {
            seen.push((bed.db.raw.prepare('SELECT count(*) AS n FROM steps').get() as { n: number }).n)
            return i
          })
        }
        return { sum, got: event.data['x'] }
      }),
    )
    await trigger('go', { x: 7 })
    expect({ outcome: bed.outcome(), calls: sdk.calls, seen, told: bed.told }).toEqual({
      outcome: { status: 'completed', output: { sum: 10, got: 7 } },
      calls: ['step'],
      seen: [0, 1, 2, 3, 4],
      told: ['seq started', 'seq completed'],
    })
  })

  test('that run in parallel run once each and are joined', async () => {
    const ran: string[] = []
    const one = (name: string) => () => {
      ran.push(name)
      return name
    }
    await boot(
      sdk.client.createFunction(on('par'), async ({ step }) => {
        await step.run('first', one('first'))
        const all = await Promise.all(['a', 'b', 'c'].map((name) => step.run(name, one(name))))
        return [...all, await step.run('z', one('z'))].join('')
      }),
    )
    await trigger('go')
    expect({ outcome: bed.outcome(), ran: ran.toSorted() }).toEqual({ outcome: { status: 'completed', output: 'abcz' }, ran: ['a', 'b', 'c', 'first', 'z'] })
  })

  test('a chain beside a long sleep does not wait for it', async () => {
    const ran: string[] = []
    await boot(
      sdk.client.createFunction(on('chains'), async ({ step }) => {
        const chain = async (): Promise<void> => {
          for (const name of ['a', 'b', 'c']) await step.run(name, () => void ran.push(name))
        }
        await Promise.all([chain(), step.sleep('long', '1h')])
        return 'both'
      }),
    )
    await trigger('go')
    expect(ran).toEqual(['a', 'b', 'c'])
    await pass(HOUR_MS)
    expect({ outcome: bed.outcome(), ran }).toEqual({ outcome: { status: 'completed', output: 'both' }, ran: ['a', 'b', 'c'] })
  })

  test('a race is decided by its winner once the loser has ended', async () => {
    await boot(
      sdk.client.createFunction(on('race'), async ({ step }) => Promise.race([step.run('fast', () => 'fast'), step.sleep('slow', '1m').then(() => 'slow')])),
    )
    await trigger('go')
    await pass(MINUTE_MS)
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'fast' })
  })

  test('hold results over 64 kB, and give them back after a sleep', async () => {
    await boot(
      sdk.client.createFunction(on('large'), async ({ step }) => {
        const text = await step.run('big', () => 'é'.repeat(70_000))
        await step.sleep('nap', '1s')
        return createHash('sha1').update(text).digest('hex')
      }),
    )
    await trigger('go')
    await pass(1000)
    expect(bed.outcome().output).toBe(createHash('sha1').update('é'.repeat(70_000)).digest('hex'))
    expect(bed.db.raw.prepare('SELECT count(*) AS n FROM steps WHERE blob IS NOT NULL').get()).toEqual({ n: 1 })
  })
})

describe('waits', () => {
  test('a sleep ends when its time has come, and no sooner', async () => {
    await boot(
      sdk.client.createFunction(on('nap'), async ({ step }) => {
        await step.sleep('a', '10m')
        await step.sleepUntil('b', new Date(clock.now() + 5 * MINUTE_MS))
        return 'awake'
      }),
    )
    await trigger('go')
    expect(engine.load()).toEqual({ queued: 0, running: 0, waiting: 1 })
    await pass(10 * MINUTE_MS - 1)
    expect(sdk.calls.length).toBe(1)
    await pass(1)
    await pass(5 * MINUTE_MS)
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'awake' })
  })

  const waiter = () =>
    sdk.client.createFunction(on('waiter'), async ({ step, event }) => {
      await step.run('ask', () => {
        if (event.data['early'] === true) engine.send([{ name: 'decided', data: { id: event.data['id'], decision: 'early' } }])
      })
      const decided = await step.waitForEvent('decision', { event: 'decided', timeout: '1h', match: 'data.id' })
      return decided ? decided.data['decision'] : 'timeout'
    })

  test('an event ends the wait that it matches, and no other', async () => {
    await boot(waiter())
    await trigger('go', { id: 'A' })
    await trigger('decided', { id: 'B', decision: 'no' })
    expect(bed.outcome().status).toBe('waiting')
    await trigger('decided', { id: 'A', decision: 'yes' })
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'yes' })
  })

  test('an event that was stored before the wait ends it', async () => {
    await boot(waiter())
    await trigger('go', { id: 'A', early: true })
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'early' })
  })

  test('an event from before the run does not', async () => {
    await boot(waiter())
    await trigger('decided', { id: 'A', decision: 'old' })
    await trigger('go', { id: 'A' })
    await pass(HOUR_MS)
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'timeout' })
  })

  test('an event that one wait took is not given to the next', async () => {
    await boot(
      sdk.client.createFunction(on('twice'), async ({ step }) => {
        const wait = async (id: string): Promise<unknown> => (await step.waitForEvent(id, { event: 'tick', timeout: '1h' }))?.data['n'] ?? null
        return [await wait('one'), await wait('two'), await wait('three')]
      }),
    )
    await trigger('go')
    await trigger('tick', { n: 1 })
    await trigger('tick', { n: 2 })
    await pass(HOUR_MS)
    expect(bed.outcome().output).toEqual([1, 2, null])
  })

  test('a signal ends its wait, and one that nobody waits for is refused', async () => {
    await boot(sdk.client.createFunction(on('signals'), async ({ step }) => step.waitForSignal('s', { signal: 'ready', timeout: '1h' })))
    expect(await engine.sdk(null, '/v1/signals', 'POST', JSON.stringify({ signal: 'ready', data: 1 }))).toMatchObject({ status: 404 })
    await trigger('go')
    expect(await engine.sdk(null, '/v1/signals', 'POST', JSON.stringify({ signal: 'ready', data: { a: 1 } }))).toMatchObject({ status: 200 })
    await settle()
    expect(bed.outcome()).toEqual({ status: 'completed', output: { signal: 'ready', data: { a: 1 } } })
  })

  test('a second run that waits for a taken signal fails, or takes it over where it asks to', async () => {
    await boot(
      sdk.client.createFunction(on('signals'), async ({ step, event }) =>
        step.waitForSignal('s', { signal: 'ready', timeout: '1h', onConflict: event.data['replace'] === true ? 'replace' : 'fail' }),
      ),
    )
    await trigger('go')
    await trigger('go')
    expect(bed.told).toEqual(['signals started', 'signals started', 'signals failed'])
    await trigger('go', { replace: true })
    await engine.sdk(null, '/v1/signals', 'POST', JSON.stringify({ signal: 'ready', data: 'late' }))
    await pass(HOUR_MS)
    expect(bed.db.raw.prepare(`SELECT outcome FROM runs WHERE status = 'completed' ORDER BY rowid`).pluck().all()).toEqual(['{"output":null}', '{"output":{"signal":"ready","data":"late"}}'])
  })
})
