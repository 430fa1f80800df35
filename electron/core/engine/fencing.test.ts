import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../shared/json.ts'
import type { InvokeRequest, InvokeResponse } from '../../../shared/worker-api.ts'
import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import { idOf } from './app.fake.ts'
import { createEngineBed, type EngineBed } from './engine-bed.fixture.ts'
import { callSchema } from './protocol/call.ts'
import { AppLostError, type Engine } from './types.ts'

interface Call {
  request: InvokeRequest
  alone: boolean
  signal: AbortSignal
  answer(status: number, body: unknown, headers?: Record<string, string>): Promise<void>
  lose(alone: boolean): Promise<void>
}

let clock: FakeClock
let bed: EngineBed
let engine: Engine
let calls: Call[]

/** An app whose every answer the test gives by hand. */
function own(epoch: number): Engine {
  const mine = bed.own(epoch)
  mine.register({
    appId: 'app',
    functions: ['app-f', 'app-g'].map((id) => ({ id, name: id, triggers: [{ event: id }], steps: { step: { retries: { attempts: 1 } } } })),
    invoke: (request, { signal, alone }) =>
      new Promise<InvokeResponse>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        calls.push({
          request,
          alone,
          signal,
          answer: async (status, body, headers = {}) => {
            resolve({ status, headers, body: JSON.stringify(body) })
            await clock.advance(0)
          },
          lose: async (wasAlone) => {
            reject(new AppLostError(wasAlone, 'exit'))
            await clock.advance(0)
          },
        })
      }),
  })
  mine.adopt('t1')
  mine.start()
  return mine
}

beforeEach(async () => {
  clock = createFakeClock()
  bed = createEngineBed(clock)
  calls = []
  engine = own(1)
  engine.send([{ name: 'app-f', data: { taskId: 't1' } }])
  await clock.advance(0)
})
afterEach(async () => {
  await engine.stop()
  bed.dispose()
})

const last = (): Call => {
  const call = calls.at(-1)
  if (!call) throw new Error('nothing was called')
  return call
}
const body = () => callSchema.parse(JSON.parse(last().request.body))
const stepOf = (name: string, call = last(), inputHash = 'h') => ({ ...call.request.ref, stepId: idOf(name), stepName: name, inputHash })
const stepRun = (name: string, data: JsonValue) => ({ op: 'StepRun', id: idOf(name), name, displayName: name, data })
const planned = (name: string) => ({ op: 'StepPlanned', id: idOf(name), name, displayName: name })
const checkpoint = (name: string, data: JsonValue, call = last()) =>
  engine.sdk(call.request.ref, `/v1/checkpoint/${call.request.ref.runId}/async`, 'POST', JSON.stringify({ run_id: call.request.ref.runId, qi_id: callSchema.parse(JSON.parse(call.request.body)).ctx.qi_id, steps: [stepRun(name, data)] }))
const done = async () => ({ value: 1 })

describe('a host step', () => {
  test('is stored with its effects in one transaction, and the checkpoint of it is only compared', async () => {
    const value = await engine.hostStep(stepOf('a'), async () => ({ value: { n: 1 }, commit: () => bed.db.raw.exec(`INSERT INTO meta VALUES ('effect', '1')`) }))
    expect(value).toEqual({ n: 1 })
    expect(await checkpoint('a', { n: 1 })).toMatchObject({ status: 200 })
    expect(bed.warnings).toEqual([])
    expect(await checkpoint('a', { n: 2 })).toMatchObject({ status: 200 })
    expect(bed.warnings).toEqual(['a step was answered twice with different results; the first is kept'])
    expect(bed.db.raw.prepare('SELECT state, input_hash FROM steps').all()).toEqual([{ state: '{"data":{"n":1}}', input_hash: 'h' }])
  })

  test('that fails to commit stores nothing', async () => {
    await expect(
      engine.hostStep(stepOf('a'), async () => ({
        value: 1,
        commit: () => {
          bed.db.raw.exec(`INSERT INTO meta VALUES ('effect', '1')`)
          throw new Error('disk')
        },
      })),
    ).rejects.toThrow('disk')
    expect(bed.db.raw.prepare('SELECT (SELECT count(*) FROM meta) + (SELECT count(*) FROM steps)').pluck().get()).toBe(0)
  })

  test('that is done is not computed again', async () => {
    await engine.hostStep(stepOf('a'), async () => ({ value: 'first' }))
    expect(await engine.hostStep(stepOf('a'), async () => ({ value: 'second' }))).toBe('first')
  })

  test('gives what a replay will read', async () => {
    const value = { at: new Date(0), gone: undefined, none: Number.NaN }
    const stored = { at: '1970-01-01T00:00:00.000Z', none: null }
    const given: unknown = await engine.hostStep<unknown>(stepOf('a'), async () => ({ value }))
    const replayed: unknown = await engine.hostStep<unknown>(stepOf('a'), async () => ({ value }))
    expect([given, replayed]).toStrictEqual([stored, stored])
  })

  test('whose result the disk has no room for is kept until it has: nothing is paid twice', async () => {
    const { raw } = bed.db
    raw.pragma(`max_page_count = ${String(raw.pragma('page_count', { simple: true }))}`)
    let paid = 0
    const value = 'x'.repeat(50_000)
    const step = engine.hostStep(stepOf('a'), async () => {
      paid += 1
      return { value }
    })
    await clock.advance(5000)
    expect(raw.prepare('SELECT count(*) FROM steps').pluck().get()).toBe(0)
    raw.pragma('max_page_count = 1000000')
    await clock.advance(1000)
    expect([await step, paid]).toEqual([value, 1])
  })

  test('in flight is joined', async () => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const first = engine.hostStep(stepOf('a'), async () => {
      await gate
      return { value: 'once' }
    })
    const second = engine.hostStep(stepOf('a'), async () => ({ value: 'twice' }))
    open()
    expect(await Promise.all([first, second])).toEqual(['once', 'once'])
  })

  test('in flight when the app is lost is joined by the retry: nothing is paid twice', async () => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    let paid = 0
    const compute = async (): Promise<{ value: number }> => {
      paid += 1
      await gate
      return { value: paid }
    }
    const lost = engine.hostStep(stepOf('a'), compute)
    await last().lose(false)
    const retried = engine.hostStep(stepOf('a'), compute)
    open()
    expect(await Promise.all([lost, retried])).toEqual([1, 1])
  })

  test('whose value is not JSON fails with STEP_NOT_SERIALIZABLE', async () => {
    for (const value of [1n, undefined, () => 1]) {
      await expect(engine.hostStep(stepOf('a'), async () => ({ value }))).rejects.toMatchObject({ code: 'STEP_NOT_SERIALIZABLE' })
    }
    await last().answer(500, { name: 'Error', code: 'STEP_NOT_SERIALIZABLE', message: 'not JSON' }, { 'x-inngest-no-retry': 'false' })
    expect(bed.outcome()).toMatchObject({ status: 'failed', error: { code: 'STEP_NOT_SERIALIZABLE' } })
  })

  test('given other input than before has diverged', async () => {
    await engine.hostStep(stepOf('a'), done)
    await expect(engine.hostStep(stepOf('a', last(), 'other'), done)).rejects.toMatchObject({ code: 'RUN_DIVERGED' })
  })
})

describe('the fence', () => {
  test('refuses what an answered, cancelled or older dispatch asks for', async () => {
    const old = last()
    await old.answer(206, [{ op: 'Sleep', id: idOf('nap'), name: '1m', displayName: 'nap' }])
    await expect(engine.hostStep(stepOf('a', old), done)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await checkpoint('a', 1, old)).toMatchObject({ status: 409 })
    await clock.advance(60_000)
    engine.cancelGroup('t1')
    expect(last().signal.aborted).toBe(true)
    await expect(engine.hostStep(stepOf('a'), done)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await checkpoint('a', 1)).toMatchObject({ status: 409 })
    expect(bed.outcome().status).toBe('cancelled')
  })

  test('a host step under way is stopped by a cancel, and its result is not stored', async () => {
    let signal: AbortSignal | undefined
    const step = engine.hostStep(stepOf('a'), async (context) => {
      signal = context.signal
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      return { value: 'late' }
    })
    engine.cancelGroup('t1')
    await expect(step).rejects.toMatchObject({ code: 'CANCELLED' })
    expect({ aborted: signal?.aborted, steps: bed.db.raw.prepare('SELECT count(*) FROM steps').pluck().get() }).toEqual({ aborted: true, steps: 0 })
  })

  test('a cancel that is rolled back stops nothing', () => {
    expect(() =>
      bed.db.transaction(() => {
        engine.cancelGroup('t1')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect({ aborted: last().signal.aborted, status: bed.outcome().status }).toEqual({ aborted: false, status: 'running' })
  })

  test('a new owner goes on from the stored steps, says so, and refuses the old one', async () => {
    await engine.hostStep(stepOf('a'), done)
    const old = last()
    engine = own(2)
    await clock.advance(0)
    expect(bed.told).toEqual(['f started', 'f recovered restart a'])
    expect({ steps: body().steps, hashes: last().request.inputHashes, attempt: body().ctx.attempt }).toEqual({ steps: { [idOf('a')]: { data: 1 } }, hashes: { [idOf('a')]: 'h' }, attempt: 0 })
    await expect(engine.hostStep(stepOf('b', old), done)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await checkpoint('b', 1, old)).toMatchObject({ status: 409 })
  })

  test('a step whose result its owner stored before it died is not asked for again', async () => {
    await last().answer(206, [planned('a'), planned('b')])
    const a = calls.find(({ request }) => request.stepId === idOf('a'))
    await engine.hostStep(stepOf('a', a), done)
    calls = []
    engine = own(2)
    await clock.advance(0)
    expect(calls.map(({ request }) => request.stepId)).toEqual([idOf('b')])
    await last().answer(206, [stepRun('b', 2)])
    expect({ stepId: last().request.stepId, steps: Object.keys(body().steps) }).toEqual({ stepId: 'step', steps: [idOf('a'), idOf('b')] })
  })

  test('discovery only plans while anything is pending', async () => {
    await last().answer(206, [planned('a'), { op: 'Sleep', id: idOf('nap'), name: '1h', displayName: 'nap' }])
    expect({ stepId: last().request.stepId, planOnly: body().ctx.disable_immediate_execution }).toEqual({ stepId: idOf('a'), planOnly: true })
    await last().answer(206, [stepRun('a', 1)])
    expect({ stepId: last().request.stepId, planOnly: body().ctx.disable_immediate_execution }).toEqual({ stepId: 'step', planOnly: true })
    await last().answer(206, [{ op: 'Sleep', id: idOf('nap'), name: '1h', displayName: 'nap' }])
    await clock.advance(3_600_000)
    expect(body().ctx.disable_immediate_execution).toBe(false)
  })
})

describe('an app that dies', () => {
  test('shared by others is nobody\'s fault: the run says so, spends no attempt, and runs alone until cleared', async () => {
    await engine.hostStep(stepOf('a'), done)
    for (let times = 0; times < 5; times += 1) await last().lose(false)
    expect({ told: bed.told.slice(0, 2), alone: last().alone, attempt: body().ctx.attempt, status: bed.outcome().status }).toEqual({
      told: ['f started', 'f recovered worker-crash a'],
      alone: true,
      attempt: 0,
      status: 'running',
    })
    await last().answer(206, [{ op: 'Sleep', id: idOf('nap'), name: '1s', displayName: 'nap' }])
    await clock.advance(1000)
    expect(last().alone).toBe(false)
  })

  test('alone three times parks the run, and it can be unparked', async () => {
    for (let times = 0; times < 3; times += 1) await last().lose(true)
    expect(bed.told).toEqual(['f started', 'f recovered worker-crash -', 'f recovered worker-crash -', 'f parked worker-crash'])
    const before = calls.length
    await clock.advance(3_600_000)
    expect(calls.length).toBe(before)
    engine.unparkGroup('t1')
    await clock.advance(0)
    expect({ calls: calls.length, alone: last().alone }).toEqual({ calls: before + 1, alone: false })
  })

  test('alone, but further each time, parks nothing', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      await engine.hostStep(stepOf(name), done)
      await last().lose(true)
    }
    expect(bed.outcome().status).toBe('running')
  })

  test('suspects are retried one at a time', async () => {
    engine.send([{ name: 'app-g', data: { taskId: 't1' } }])
    await clock.advance(0)
    const [f, g] = calls
    await f?.lose(false)
    await g?.lose(false)
    expect(calls.slice(2).map(({ request, alone }) => [request.functionId, alone])).toEqual([['app-f', true]])
    await last().answer(206, [{ op: 'RunComplete', id: 'x', data: null }])
    expect(calls.slice(3).map(({ request, alone }) => [request.functionId, alone])).toEqual([['app-g', true]])
  })
})

describe('an answer', () => {
  test('that says that the run diverged parks it', async () => {
    await last().answer(400, { name: 'RunDivergedError', message: 'step a got other input' }, { 'x-inngest-no-retry': 'true' })
    expect({ told: bed.told, status: bed.outcome().status }).toEqual({ told: ['f started', 'f parked diverged'], status: 'parked' })
  })

  test('that makes no sense, or none at all, is retried and then fails the run', async () => {
    await last().answer(206, { not: 'a list' })
    await clock.advance(60_000)
    expect(body().ctx).toMatchObject({ attempt: 1, max_attempts: 2 })
    await last().answer(502, 'bad gateway')
    expect(bed.outcome()).toMatchObject({ status: 'failed', error: { message: 'The app answered 502.' } })
  })

  test('with nothing to go on with fails the run instead of leaving it for ever', async () => {
    await last().answer(206, [])
    expect(bed.outcome()).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('nothing to go on with') as string } })
  })

  test('with an operation that the engine does not have fails the run by name', async () => {
    await last().answer(206, [{ op: 'AIGateway', id: 'x', displayName: 'ask' }])
    expect(bed.outcome()).toMatchObject({ status: 'failed', error: { message: 'The embedded engine does not have the operation AIGateway (step "ask").' } })
  })

  test('of a run that was interrupted counts for nothing; adopted again, it goes on', async () => {
    const old = last()
    await engine.interruptGroup('t1')
    await old.answer(206, [{ op: 'RunComplete', id: 'x', data: null }])
    expect({ status: bed.outcome().status, load: engine.load() }).toEqual({ status: 'queued', load: { queued: 0, running: 0, waiting: 0 } })
    engine.adopt('t1')
    await clock.advance(0)
    expect({ calls: calls.length, told: bed.told }).toEqual({ calls: 2, told: ['f started'] })
  })

  test('that only keeps books rides along: it costs no flush of its own, and keeps its place', async () => {
    await checkpoint('~id', 1)
    expect(bed.db.raw.prepare('SELECT count(*) FROM steps').pluck().get()).toBe(0)
    await checkpoint('a', 2)
    expect(bed.db.raw.prepare('SELECT name FROM steps ORDER BY position').pluck().all()).toEqual(['~id', 'a'])
  })
})

test('only what was adopted is driven', async () => {
  engine.send([{ name: 'app-g', data: { taskId: 'other' } }])
  await clock.advance(0)
  expect({ calls: calls.length, load: engine.load() }).toEqual({ calls: 1, load: { queued: 0, running: 1, waiting: 0 } })
  engine.adopt('all')
  await clock.advance(0)
  expect(calls.length).toBe(2)
})

test('events of the engine\'s own cannot be sent', async () => {
  expect(() => engine.send([{ name: 'inngest/function.failed', data: {} }])).toThrowError(expect.objectContaining({ code: 'BAD_REQUEST' }) as Error)
  expect(await engine.sdk(null, '/e/key', 'POST', JSON.stringify({ name: 'inngest/x' }))).toMatchObject({ status: 400 })
})

test('a batch of events that is sent again with its seed is the same batch', async () => {
  const send = () => engine.sdk(null, '/e/key', 'POST', JSON.stringify([{ name: 'x', data: { _inngest: 1 } }, { name: 'y' }]), { 'x-inngest-event-id-seed': '1700000000000,BC5DPzxvVAu2Ug==' })
  const first = await send()
  expect(JSON.parse(first.body)).toMatchObject({ status: 200, ids: [expect.any(String), expect.any(String)] })
  expect(await send()).toEqual(first)
  expect(bed.db.raw.prepare(`SELECT name, data FROM events WHERE name IN ('x', 'y') ORDER BY seq`).all()).toEqual([{ name: 'x', data: '{}' }, { name: 'y', data: '{}' }])
})

test('requests that cannot be read are refused', async () => {
  expect(await engine.sdk(null, '/v1/checkpoint/r/async', 'POST', '{')).toMatchObject({ status: 400 })
  expect(await engine.sdk(null, '/v1/checkpoint/r/async', 'POST', '{}')).toMatchObject({ status: 400 })
  expect(await engine.sdk(null, '/v1/signals', 'POST', '{}')).toMatchObject({ status: 400 })
  expect(await engine.sdk(null, '/v1/nothing', 'GET', null)).toMatchObject({ status: 404 })
})
