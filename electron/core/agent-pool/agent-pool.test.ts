import { afterEach, expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import type { HostApi, InvokeRequest } from '../../../shared/worker-api.ts'
import { AppLostError, type EngineApp } from '../engine/types.ts'
import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import { createAgentPool } from './agent-pool.ts'
import type { AgentPool } from './types.ts'

const WORKER = new URL('./fixtures/worker.ts', import.meta.url)
const never = new AbortController().signal

interface Waiting {
  runId: string
  thread: number
}

let pool: AgentPool | undefined
afterEach(() => pool?.dispose())

function hostWith(change: Partial<HostApi> = {}, waiting: Waiting[] = []): HostApi {
  return {
    infer: () => Promise.reject(new RainyError('PROVIDER_AUTH', 'The key was refused.', { details: { provider: 'x' } })),
    tools: () => Promise.reject(new Error('not here')),
    effect: () => Promise.reject(new Error('not here')),
    progress: async () => undefined,
    sdk: () => Promise.reject(new RainyError('CANCELLED', 'stale')),
    log: (_level, message, fields) => {
      if (message === 'waiting') waiting.push({ runId: String(fields['runId']), thread: Number(fields['thread']) })
    },
    ...change,
  }
}

async function start({ size = 2, clock = systemClock, host = hostWith(), entry = WORKER }: { size?: number; clock?: Clock; host?: HostApi; entry?: URL } = {}): Promise<EngineApp> {
  pool = createAgentPool({ size, entry, host, tools: [], clock, log: silentLog, heapLimitMb: 64 })
  return pool.start()
}

function request(runId: string, act: string, arg?: unknown): InvokeRequest {
  return { ref: { runId, dispatch: 1, attempt: 0, epoch: 1 }, functionId: 'test-fn', stepId: 'step', body: JSON.stringify({ act, arg }), inputHashes: {} }
}

const shared = { signal: never, alone: false }
const alone = { signal: never, alone: true }

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 1000) throw new Error('it did not come')
    await systemClock.sleep(5)
  }
}

async function threadOf(answer: Promise<{ body: string }>): Promise<number> {
  return (JSON.parse((await answer).body) as { thread: number }).thread
}

test('the app of the first worker registers, and its invocations are answered', async () => {
  const app = await start()
  expect(app).toMatchObject({ appId: 'test', functions: [{ id: 'test-fn' }] })
  expect(JSON.parse((await app.invoke(request('r', 'echo', 1), shared)).body)).toMatchObject({ arg: 1 })
  expect(pool?.status()).toEqual({ busy: 0, total: 1 })
})

test('a worker has no environment', async () => {
  const app = await start()
  expect((await app.invoke(request('r', 'env'), shared)).body).toBe('{}')
})

test('a second thread is started when the first is busy, and work goes to the one with less of it', async () => {
  const waiting: Waiting[] = []
  const app = await start({ host: hostWith({}, waiting) })
  const busy = app.invoke(request('a', 'wait'), shared)
  await until(() => waiting.length === 1)
  expect(pool?.status()).toEqual({ busy: 1, total: 1 })
  const first = waiting[0]?.thread
  expect(await threadOf(app.invoke(request('b', 'echo'), shared))).toBe(first)
  await expect.poll(() => pool?.status().total, { timeout: 15_000 }).toBe(2)
  await expect.poll(() => threadOf(app.invoke(request('c', 'echo'), shared)), { timeout: 15_000 }).not.toBe(first)
  await app.invoke({ ...request('d', 'release', 'a:1') }, shared)
  await app.invoke({ ...request('e', 'release', 'a:1') }, shared)
  void busy.catch(() => undefined)
})

test('a worker that runs out of memory costs only what runs on it, and is replaced', async () => {
  const app = await start({ size: 1 })
  await expect(app.invoke(request('r', 'eat'), shared)).rejects.toMatchObject({ name: 'AppLostError', cause_: 'out-of-memory', alone: true })
  expect(JSON.parse((await app.invoke(request('r', 'echo', 2), shared)).body)).toMatchObject({ arg: 2 })
})

test('a worker that exits takes all that runs on it along, and nobody is blamed', async () => {
  const waiting: Waiting[] = []
  const app = await start({ size: 1, host: hostWith({}, waiting) })
  const bystander = app.invoke(request('bystander', 'wait'), shared)
  const ends = Promise.allSettled([bystander, until(() => waiting.length === 1).then(() => app.invoke(request('killer', 'exit'), shared))])
  const lost = { status: 'rejected', reason: { cause_: 'exit', alone: false } }
  expect(await ends).toMatchObject([lost, lost])
})

test('runs on another worker notice nothing', async () => {
  const waiting: Waiting[] = []
  const app = await start({ host: hostWith({}, waiting) })
  const calm = app.invoke(request('calm', 'wait'), alone)
  await until(() => waiting.length === 1)
  await expect(app.invoke(request('killer', 'exit'), shared)).rejects.toBeInstanceOf(AppLostError)
  expect(pool?.status().busy).toBe(1)
  const controller = new AbortController()
  void calm.catch(() => controller.abort())
  await systemClock.sleep(50)
  expect(controller.signal.aborted).toBe(false)
})

test('a worker that answers no ping for ten seconds is hung and ended', async () => {
  const clock: FakeClock = createFakeClock()
  const app = await start({ size: 1, clock })
  const hung = app.invoke(request('r', 'hang'), shared)
  let lost: unknown
  void hung.catch((error: unknown) => (lost = error))
  await clock.advance(10_000)
  expect(lost).toBeUndefined()
  await clock.advance(2000)
  await until(() => lost !== undefined)
  expect(lost).toMatchObject({ name: 'AppLostError', cause_: 'hung', alone: true })
})

test('one that wants to be alone waits until a thread is empty, and new work waits for it', async () => {
  const waiting: Waiting[] = []
  const app = await start({ size: 1, host: hostWith({}, waiting) })
  const controller = new AbortController()
  const order: string[] = []
  const first = app.invoke(request('first', 'wait'), { signal: controller.signal, alone: false }).catch(() => order.push('first'))
  await until(() => waiting.length === 1)
  const lonely = app.invoke(request('lonely', 'echo'), alone).then(() => order.push('lonely'))
  const later = app.invoke(request('later', 'echo'), shared).then(() => order.push('later'))
  await systemClock.sleep(50)
  expect(order).toEqual([])
  controller.abort()
  await Promise.all([first, lonely, later])
  expect(order).toEqual(['first', 'lonely', 'later'])
})

test('while one runs alone, nothing is put beside it', async () => {
  const waiting: Waiting[] = []
  const app = await start({ size: 2, host: hostWith({}, waiting) })
  const lonely = app.invoke(request('lonely', 'wait'), alone)
  await until(() => waiting.length === 1)
  const threads = await Promise.all(Array.from({ length: 5 }, (_, index) => threadOf(app.invoke(request(`r${index}`, 'echo'), shared))))
  expect(threads).not.toContain(waiting[0]?.thread)
  void lonely.catch(() => undefined)
})

test('cancelling rejects at once, and tells the worker', async () => {
  const waiting: Waiting[] = []
  const app = await start({ size: 1, host: hostWith({}, waiting) })
  const controller = new AbortController()
  const call = app.invoke(request('r', 'wait'), { signal: controller.signal, alone: false })
  await until(() => waiting.length === 1)
  const reason = new RainyError('CANCELLED', 'enough')
  controller.abort(reason)
  await expect(call).rejects.toBe(reason)
  await until(() => pool?.status().busy === 0)
})

test('what a host call throws arrives as a value with its code', async () => {
  const app = await start({ size: 1 })
  const { body } = await app.invoke(request('r', 'infer', {}), shared)
  expect(JSON.parse(body)).toEqual({ ok: false, error: { code: 'PROVIDER_AUTH', message: 'The key was refused.', details: { provider: 'x' } } })
  expect(JSON.parse((await app.invoke(request('r', 'sdk'), shared)).body)).toMatchObject({ status: 500 })
})

test('a worker that cannot start is said so, and is not started for ever', async () => {
  await expect(start({ entry: new URL('./fixtures/broken-worker.ts', import.meta.url) })).rejects.toThrow(/never starts|the app was lost/)
  expect(pool?.status().total).toBe(0)
})

test('threads that die one after another are replaced later each time, then given up, then tried again', async () => {
  const clock = createFakeClock()
  const app = await start({ size: 1, clock })
  const deaths: unknown[] = []
  for (let death = 0; death < 8; death += 1) {
    const call = app.invoke(request(`r${death}`, 'exit'), shared).catch((error: unknown) => deaths.push(error))
    await clock.advance(5000)
    await call
  }
  expect(deaths).toHaveLength(8)
  expect(deaths.every((error) => error instanceof AppLostError)).toBe(true)
  await expect(app.invoke(request('late', 'echo'), shared)).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  const later = app.invoke(request('later', 'echo', 3), shared)
  await clock.advance(30_000)
  expect(JSON.parse((await later).body)).toMatchObject({ arg: 3 })
})

test('after being closed the pool takes nothing more', async () => {
  const app = await start({ size: 1 })
  await pool?.dispose()
  await expect(app.invoke(request('r', 'echo'), shared)).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(pool?.status()).toEqual({ busy: 0, total: 0 })
})
