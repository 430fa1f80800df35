import { NonRetriableError, RetryAfterError } from 'inngest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FakeClock } from '../platform/clock.fake.ts'
import type { EngineBed } from './engine-bed.fixture.ts'
import { createSdkApp, type SdkApp } from './sdk-app.fixture.ts'
import { createSdkBed, MINUTE_MS, on, type SdkBed } from './sdk-bed.fixture.ts'
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

describe('functions', () => {
  const child = () =>
    sdk.client.createFunction({ id: 'child', triggers: [{ event: 'child' }], retries: 0 }, async ({ event, step }) => {
      if (event.data['sleep'] === true) await step.sleep('long', '2h')
      if (event.data['fail'] === true) throw new Error('child says no')
      return { doubled: Number(event.data['n']) * 2 }
    })

  test('invoke others and get their result', async () => {
    const inner = child()
    await boot(inner, sdk.client.createFunction(on('parent'), async ({ step }) => Promise.all([1, 2, 3].map((n) => step.invoke(`c${n}`, { function: inner, data: { n, taskId: 'other' } })))))
    await trigger('go', { taskId: 't1' })
    expect(bed.outcome('app-parent').output).toEqual([{ doubled: 2 }, { doubled: 4 }, { doubled: 6 }])
    expect(engine.runsOfGroup('t1').map(({ functionId, status }) => `${functionId} ${status}`)).toEqual(['app-parent completed', ...Array.from({ length: 3 }, () => 'app-child completed')])
  })

  test('get the error of what they invoked, and its timeout', async () => {
    const inner = child()
    await boot(
      inner,
      sdk.client.createFunction({ ...on('parent'), retries: 0 }, async ({ step }) => {
        const caught = async (id: string, data: object): Promise<string> => {
          try {
            return JSON.stringify(await step.invoke(id, { function: inner, data: data as { n: number }, timeout: '1m' }))
          } catch (error) {
            return `${(error as Error).name}: ${(error as Error).message}`
          }
        }
        return [await caught('f', { fail: true }), await caught('s', { sleep: true })]
      }),
    )
    await trigger('go')
    await pass(MINUTE_MS)
    expect(bed.outcome('app-parent').output).toEqual(['Error: child says no', 'InngestInvokeTimeoutError: The invoked function did not finish in time.'])
  })

  test('that fail take the children that they wait for with them', async () => {
    const inner = child()
    await boot(
      inner,
      sdk.client.createFunction({ ...on('parent'), retries: 0 }, async ({ step }) =>
        Promise.all([
          step.invoke('long', { function: inner, data: { sleep: true } }),
          step.run('bad', () => {
            throw new NonRetriableError('for good')
          }),
        ]),
      ),
    )
    await trigger('go')
    expect(bed.told).toEqual(['parent started', 'child started', 'child cancelled', 'parent failed'])
  })

  test('send events, each stored once with the step that sent it', async () => {
    await boot(
      sdk.client.createFunction(on('sender'), async ({ step }) => {
        const sent = await step.sendEvent('tell', [{ name: 'told', data: { n: 1 } }, { name: 'told', data: { n: 2 }, id: 'mine' }])
        await step.sendEvent('again', { name: 'told', data: { n: 3 }, id: 'mine' })
        return sent.ids.length
      }),
      sdk.client.createFunction({ id: 'hearer', triggers: [{ event: 'told', if: 'event.data.n < 3' }] }, async ({ event }) => event.data['n']),
    )
    await trigger('go')
    expect(bed.outcome('app-sender').output).toBe(2)
    expect(bed.db.raw.prepare(`SELECT outcome FROM runs WHERE function_id = 'app-hearer' ORDER BY outcome`).pluck().all()).toEqual(['{"output":1}', '{"output":2}'])
  })

  test('are triggered by exact names and by prefixes, once an event', async () => {
    await boot(
      sdk.client.createFunction({ id: 'prefix', triggers: [{ event: 'brain/*' }, { event: 'brain/a' }] }, async ({ event }) => event.name),
      sdk.client.createFunction(on('exact', 'brain/a'), async ({ event }) => event.name),
    )
    engine.send([{ id: 'e1', name: 'brain/a', data: {} }])
    engine.send([{ id: 'e1', name: 'brain/a', data: {} }])
    engine.send([{ name: 'brainless', data: {} }])
    await settle()
    expect(bed.told.filter((line) => line.endsWith('started')).toSorted()).toEqual(['exact started', 'prefix started'])
  })
})

describe('errors', () => {
  test('a failing step is retried later and later, then its error is the function\'s to catch', async () => {
    const at: number[] = []
    const start = clock.now()
    await boot(
      sdk.client.createFunction({ ...on('flaky'), retries: 2 }, async ({ step }) => {
        await step.run('good', () => 1)
        try {
          await step.run('bad', () => {
            at.push(clock.now() - start)
            throw new Error(`boom ${at.length}`)
          })
        } catch (error) {
          return `caught ${(error as Error).message}`
        }
        return 'no'
      }),
    )
    await trigger('go')
    await pass(10 * MINUTE_MS)
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'caught boom 3' })
    expect(at.length).toBe(3)
    expect(at[1]).toBeGreaterThanOrEqual(15_000)
    expect(at[1]).toBeLessThanOrEqual(45_000)
    expect((at[2] ?? 0) - (at[1] ?? 0)).toBeGreaterThanOrEqual(30_000)
  })

  test('each step has its own attempts, and results at a later attempt count too', async () => {
    const tries = { a: 0, b: 0 }
    await boot(
      sdk.client.createFunction({ ...on('flaky'), retries: 1 }, async ({ step }) => {
        const once = (name: 'a' | 'b') => () => {
          tries[name] += 1
          if (tries[name] === 1) throw new Error('first time')
          return name
        }
        return [await step.run('a', once('a')), await step.run('b', once('b')), await step.run('c', () => 'c')].join('')
      }),
    )
    await trigger('go')
    await pass(10 * MINUTE_MS)
    expect({ outcome: bed.outcome(), tries }).toEqual({ outcome: { status: 'completed', output: 'abc' }, tries: { a: 2, b: 2 } })
  })

  test('Retry-After is obeyed', async () => {
    let tries = 0
    await boot(
      sdk.client.createFunction(on('later'), async ({ step }) =>
        step.run('x', () => {
          tries += 1
          if (tries === 1) throw new RetryAfterError('busy', 90_000)
          return tries
        }),
      ),
    )
    await trigger('go')
    await pass(89_999)
    expect(tries).toBe(1)
    await pass(1)
    expect(bed.outcome()).toEqual({ status: 'completed', output: 2 })
  })

  test('a parallel step that fails for good fails the run, and its siblings\' late results are ignored', async () => {
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    await boot(
      sdk.client.createFunction({ ...on('par'), retries: 0 }, async ({ step }) =>
        Promise.all([
          step.run('slow', () => gate),
          step.run('bad', () => {
            throw new NonRetriableError('for good')
          }),
        ]),
      ),
    )
    await trigger('go')
    release()
    await settle()
    expect(bed.outcome()).toMatchObject({ status: 'failed', error: { message: 'for good' } })
    expect(engine.load()).toEqual({ queued: 0, running: 0, waiting: 0 })
  })

  test('a function that fails for good tells its failure handler and everyone else', async () => {
    const failures: string[] = []
    await boot(
      sdk.client.createFunction({ ...on('doomed'), retries: 0, onFailure: ({ error, event }) => void failures.push(`${error.message} ${event.data.event.data['x']}`) }, async () => {
        throw new NonRetriableError('no use')
      }),
      sdk.client.createFunction(on('watcher', 'inngest/function.finished'), async ({ event }) => event.data['function_id']),
    )
    await trigger('go', { x: 5, taskId: 't9' })
    expect(failures).toEqual(['no use 5'])
    expect(bed.told.toSorted()).toEqual(['doomed failed', 'doomed started', 'doomed-failure completed', 'doomed-failure started', 'watcher completed', 'watcher started'])
    expect(engine.runsOfGroup('t9').map(({ functionId }) => functionId).toSorted()).toEqual(['app-doomed', 'app-doomed-failure', 'app-watcher'])
  })

  test('an error between steps is retried from what is stored', async () => {
    let tries = 0
    let steps = 0
    await boot(
      sdk.client.createFunction(on('between'), async ({ step }) => {
        await step.run('once', () => void (steps += 1))
        tries += 1
        if (tries < 3) throw new Error('plain')
        return tries
      }),
    )
    await trigger('go')
    await pass(10 * MINUTE_MS)
    expect({ outcome: bed.outcome(), steps }).toEqual({ outcome: { status: 'completed', output: 3 }, steps: 1 })
  })
})

describe('settings', () => {
  test('concurrency with a key holds runs of the same key back while one executes', async () => {
    let running = 0
    let most = 0
    const gates: Array<() => void> = []
    await boot(
      sdk.client.createFunction({ ...on('limited'), concurrency: { limit: 1, key: 'event.data.k' } }, async ({ step }) =>
        step.run('work', async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise<void>((resolve) => gates.push(resolve))
          running -= 1
        }),
      ),
    )
    for (const k of ['a', 'a', 'b']) engine.send([{ name: 'go', data: { k } }])
    await settle()
    expect({ running, load: engine.load() }).toEqual({ running: 2, load: { queued: 1, running: 2, waiting: 0 } })
    while (gates.length > 0) {
      gates.shift()?.()
      await settle()
    }
    expect({ most, done: bed.told.filter((line) => line.endsWith('completed')).length }).toEqual({ most: 2, done: 3 })
  })

  test('a sleeping run holds no slot', async () => {
    await boot(
      sdk.client.createFunction({ ...on('limited'), concurrency: 1 }, async ({ step, event }) => {
        if (event.data['nap'] === true) await step.sleep('nap', '1h')
        return 'done'
      }),
    )
    await trigger('go', { nap: true })
    await trigger('go')
    expect(bed.outcome()).toEqual({ status: 'completed', output: 'done' })
  })

  test('order is by creation time less priority, at most 600 s either way', async () => {
    const order: string[] = []
    await sdk.connect(engine, [sdk.client.createFunction({ ...on('ordered'), concurrency: 1 }, async ({ event }) => void order.push(String(event.data['n'])))])
    const send = (n: string, priority?: number): string[] => engine.send([{ name: 'go', data: { n, ...(priority === undefined ? {} : { header: { priority } }) } }])
    send('first')
    send('low', -600)
    await clock.advance(10_000)
    send('plain')
    send('urgent', 9999)
    await clock.advance(700_000)
    send('urgent but late', 600)
    engine.adopt('all')
    engine.start()
    await settle()
    expect(order).toEqual(['urgent', 'first', 'plain', 'urgent but late', 'low'])
  })

  test('cancelOn ends the runs that its expression matches', async () => {
    await boot(
      sdk.client.createFunction({ ...on('cancellable'), cancelOn: [{ event: 'stop', match: 'data.id' }] }, async ({ step }) => step.sleep('long', '1d')),
    )
    await trigger('go', { id: 1 })
    await trigger('go', { id: 2 })
    await trigger('stop', { id: 1 })
    expect(bed.told).toEqual(['cancellable started', 'cancellable started', 'cancellable cancelled'])
  })

  test('a run that gets no slot within its start timeout is cancelled', async () => {
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    await boot(sdk.client.createFunction({ ...on('timed'), concurrency: 1, timeouts: { start: '1m' } }, async ({ step }) => step.run('hold', () => gate)))
    await trigger('go')
    await trigger('go')
    await pass(MINUTE_MS)
    expect(bed.told).toEqual(['timed started', 'timed cancelled'])
    release()
    await settle()
    expect(bed.told.at(-1)).toBe('timed completed')
  })

  test('a run that does not finish in time is cancelled', async () => {
    await boot(sdk.client.createFunction({ ...on('timed'), timeouts: { finish: '1m' } }, async ({ step }) => step.sleep('long', '1d')))
    await trigger('go')
    await pass(MINUTE_MS)
    expect(bed.outcome().status).toBe('cancelled')
  })

  test('flow control that is not there is refused by name', async () => {
    for (const [setting, name] of [
      [{ throttle: { limit: 1, period: '1s' } }, 'throttle'],
      [{ rateLimit: { limit: 1, period: '1s' } }, 'rateLimit'],
      [{ debounce: { period: '1s' } }, 'debounce'],
      [{ batchEvents: { maxSize: 2, timeout: '1s' } }, 'batchEvents'],
      [{ singleton: { mode: 'skip' } }, 'singleton'],
      [{ idempotency: 'event.data.id' }, 'idempotency'],
      [{ triggers: [{ cron: '* * * * *' }] }, 'cron'],
    ] as const) {
      const app = createSdkApp()
      await expect(app.connect(engine, [app.client.createFunction({ ...on('fancy'), ...setting } as never, async () => 1)])).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        message: expect.stringContaining(name),
      })
    }
  })
})
