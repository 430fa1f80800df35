import * as fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { RainyApi } from '../../../shared/api.ts'
import { BATCH_ITEMS, CREDIT_BATCHES } from '../../../shared/channel.ts'
import type { FramePort } from '../../../shared/channel.ts'
import { ConnectionLostError, createChannelClient } from '../../../shared/channel-client.ts'
import type { ChannelClient } from '../../../shared/channel-client.ts'
import { RainyError } from '../../../shared/errors.ts'
import { createPortPair } from '../../../shared/port-pair.fake.ts'
import { createFakeClock } from '../platform/clock.fake.ts'
import { encodeFrame } from '../platform/encode-frame.ts'
import { createFakeApi } from './api.fake.ts'
import { serveChannel } from './channel-server.ts'

function connect(api: RainyApi): { client: ChannelClient; server: Disposable; ports: [FramePort, FramePort] } {
  const ports = createPortPair()
  const server = serveChannel({ api, port: ports[1] })
  return { client: createChannelClient(ports[0]), server, ports }
}

const progress = (seq: number): unknown => ({ seq, taskId: 't', ts: 1, type: 'message', messageId: 'm', agent: 'coder', text: 'x' })

async function* countTo(count: number, onTaken: (seq: number) => void = () => undefined): AsyncGenerator<unknown> {
  for (let seq = 1; seq <= count; seq += 1) {
    onTaken(seq)
    yield progress(seq)
  }
}

async function never(signal: AbortSignal | undefined): Promise<never> {
  return await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

/** Speaks to the server by hand and keeps all it says. */
function speak(api: RainyApi): { say(frame: unknown): Promise<unknown[]>; heard: unknown[] } {
  const [mine, theirs] = createPortPair()
  const heard: unknown[] = []
  mine.onFrame((frame) => heard.push(frame))
  serveChannel({ api, port: theirs })
  return {
    heard,
    async say(frame) {
      mine.send(frame as never)
      await sleep(1)
      return heard
    },
  }
}

test('a call is answered with the operation’s value, its input filled with the defaults', async () => {
  const api = createFakeApi({ 'tasks.list': () => [] })
  const { client } = connect(api)
  expect(await client.ready).toEqual({ pid: process.pid, version: 1 })
  expect(await client.call('tasks.list', {})).toEqual([])
  expect(api.asked).toEqual([{ name: 'tasks.list', input: { limit: 500 } }])
})

test('an error crosses with its code, message and details', async () => {
  const { client } = connect(createFakeApi({ 'tasks.get': () => Promise.reject(new RainyError('TASK_NOT_FOUND', 'none such', { details: { id: 'x' } })) }))
  const error = await client.call('tasks.get', { taskId: 'x' }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(RainyError)
  expect(error).toMatchObject({ code: 'TASK_NOT_FOUND', message: 'none such', details: { id: 'x' } })
})

test('a wrong input is BAD_REQUEST with the path of what is wrong, and never reaches the core', async () => {
  const api = createFakeApi()
  const { client } = connect(api)
  await expect(client.call('tasks.start', { task: 'x', workspace: '/w', options: { priority: 601 } })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    details: { path: 'options.priority' },
  })
  await expect(client.call('tasks.nothing' as 'tasks.get', { taskId: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(client.call('toString' as 'tasks.get', { taskId: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(client.subscribe('tasks.follow', { taskId: 'x', after: -1 })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { path: 'after' } })
  expect(api.asked).toEqual([])
})

test('aborting a call rejects it at once and aborts what the core does', async () => {
  const stopped = vi.fn()
  const { client } = connect(createFakeApi({ doctor: (_, signal) => (signal?.addEventListener('abort', stopped), never(signal)) }))
  const controller = new AbortController()
  const call = client.call('doctor', {}, { signal: controller.signal })
  await sleep(5)
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  await vi.waitFor(() => expect(stopped).toHaveBeenCalledOnce())
})

test('a stream delivers every item once and in order, and ends', async () => {
  const { client } = connect(createFakeApi({}, { 'tasks.follow': () => countTo(10_000) }))
  const seqs: number[] = []
  for await (const event of client.subscribe('tasks.follow', { taskId: 't' })) seqs.push(event.seq)
  expect(seqs).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1))
})

test('a stream that fails gives what came before and then its error', async () => {
  async function* failing(): AsyncGenerator<unknown> {
    yield* countTo(3)
    throw new RainyError('TASK_NOT_FOUND', 'gone')
  }
  const { client } = connect(createFakeApi({}, { 'tasks.follow': failing }))
  const seqs: number[] = []
  const reading = (async () => {
    for await (const event of client.subscribe('tasks.follow', { taskId: 't' })) seqs.push(event.seq)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  expect(seqs).toEqual([1, 2, 3])
})

test('a stream ends when its signal aborts or its reader stops, and the source with it', async () => {
  const stopped = vi.fn()
  async function* endless(_: unknown, signal: AbortSignal | undefined): AsyncGenerator<unknown> {
    signal?.addEventListener('abort', stopped)
    yield progress(1)
    await never(signal).catch(() => undefined)
  }
  const { client } = connect(createFakeApi({}, { 'tasks.follow': endless }))
  const controller = new AbortController()
  for await (const event of client.subscribe('tasks.follow', { taskId: 't' }, { signal: controller.signal })) {
    expect(event.seq).toBe(1)
    controller.abort()
  }
  for await (const event of client.subscribe('tasks.follow', { taskId: 't' })) if (event.seq === 1) break
  await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(2))
})

test('a reader that stands still holds back its own stream alone, at a bound', async () => {
  let taken = 0
  const { client } = connect(
    createFakeApi({ 'tasks.list': () => [] }, { 'tasks.follow': (input: { taskId: string }) => countTo(100_000, (seq) => input.taskId === 'slow' && (taken = seq)) }),
  )
  const slow = client.subscribe('tasks.follow', { taskId: 'slow' })[Symbol.asyncIterator]()
  expect(await slow.next()).toMatchObject({ value: { seq: 1 } })
  let count = 0
  for await (const _ of client.subscribe('tasks.follow', { taskId: 'fast' })) count += 1
  expect(count).toBe(100_000)
  expect(await client.call('tasks.list', {})).toEqual([])
  expect(taken).toBe((CREDIT_BATCHES + 1) * BATCH_ITEMS)
  for (let seq = 2; seq <= 100_000; seq += 1) expect((await slow.next()).value?.seq).toBe(seq)
  expect(await slow.next()).toMatchObject({ done: true })
}, 30_000)

test('a lone item does not wait for others; those that follow it go together', async () => {
  const clock = createFakeClock()
  const [mine, theirs] = createPortPair()
  const items: unknown[][] = []
  mine.onFrame((frame) => (frame as { t: string }).t === 'items' && items.push((frame as { items: unknown[] }).items))
  const push: Array<() => void> = []
  async function* source(): AsyncGenerator<unknown> {
    for (let seq = 1; ; seq += 1) {
      await new Promise<void>((resolve) => push.push(resolve))
      yield seq
    }
  }
  serveChannel({ api: createFakeApi({}, { 'tasks.follow': source }), port: theirs, clock })
  mine.send({ t: 'hello', version: 1 })
  mine.send({ t: 'subscribe', id: 1, stream: 'tasks.follow', input: { taskId: 't' } })
  const next = async (): Promise<void> => {
    await sleep(1)
    push.shift()?.()
    await sleep(1)
  }
  await next()
  await clock.advance(0)
  expect(items).toEqual([[1]])
  await next()
  await next()
  await clock.advance(15)
  expect(items).toEqual([[1]])
  await clock.advance(1)
  expect(items).toEqual([[1], [2, 3]])
})

test('when the connection is lost all that is pending rejects, and the core’s work is aborted', async () => {
  const stopped = vi.fn()
  const { client, ports } = connect(
    createFakeApi({ doctor: (_, signal) => (signal?.addEventListener('abort', stopped), never(signal)) }, { 'tasks.watch': (_, signal) => ({ [Symbol.asyncIterator]: () => ({ next: () => never(signal) }) }) }),
  )
  const call = client.call('doctor', {})
  const item = client.subscribe('tasks.watch', {})[Symbol.asyncIterator]().next()
  await sleep(5)
  ports[1].close()
  await expect(call).rejects.toBeInstanceOf(ConnectionLostError)
  await expect(item).rejects.toBeInstanceOf(ConnectionLostError)
  await expect(client.call('doctor', {})).rejects.toMatchObject({ notBegun: false })
  await client.closed
  await vi.waitFor(() => expect(stopped).toHaveBeenCalledOnce())
})

test('a server that leaves says so: what it had begun is CANCELLED, what it had not is marked so', async () => {
  const { client, server } = connect(createFakeApi({ doctor: (_, signal) => never(signal) }))
  const begun = client.call('doctor', {})
  await sleep(5)
  server[Symbol.dispose]()
  const late = client.call('doctor', {})
  await expect(begun).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(late).rejects.toMatchObject({ notBegun: true })
})

test('a value that cannot be sent fails its call alone', async () => {
  const { client } = connect(createFakeApi({ 'tasks.get': () => ({ big: 1n }), 'tasks.list': () => [] }))
  await expect(client.call('tasks.get', { taskId: 'x' })).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(await client.call('tasks.list', {})).toEqual([])
})

test('too many calls at once are refused one by one, and those before them are answered', async () => {
  const release = Promise.withResolvers<unknown>()
  const { client } = connect(createFakeApi({ 'tasks.list': () => release.promise }))
  const calls = Promise.allSettled(Array.from({ length: 300 }, () => client.call('tasks.list', {})))
  await sleep(20)
  release.resolve([])
  const ends = await calls
  expect(ends.slice(0, 256).every((end) => end.status === 'fulfilled')).toBe(true)
  expect(ends.slice(256).every((end) => end.status === 'rejected' && (end.reason as RainyError).code === 'TOO_MANY_CONNECTIONS')).toBe(true)
})

test('too many streams are refused', async () => {
  const { heard, say } = speak(createFakeApi({}, { 'tasks.watch': (_, signal) => ({ [Symbol.asyncIterator]: () => ({ next: () => never(signal) }) }) }))
  await say({ t: 'hello', version: 1 })
  for (let id = 1; id <= 257; id += 1) void say({ t: 'subscribe', id, stream: 'tasks.watch', input: {} })
  await sleep(20)
  expect(heard.slice(1)).toEqual([{ t: 'error', id: 257, error: expect.objectContaining({ code: 'TOO_MANY_CONNECTIONS' }) }])
})

test.each([
  ['another version', [{ t: 'hello', version: 99 }], 'version'],
  ['no greeting', [{ t: 'call', id: 1, op: 'tasks.list', input: {} }], 'hello comes first'],
  ['an id used twice', [{ t: 'hello', version: 1 }, { t: 'call', id: 1, op: 'doctor', input: {} }, { t: 'call', id: 1, op: 'doctor', input: {} }], 'in use'],
  ['no frame', [{ t: 'hello', version: 1 }, { t: 'credit', id: 1, batches: 1e9 }], 'not a frame: batches'],
])('%s ends the connection with the reason', async (_, frames, reason) => {
  const { heard, say } = speak(createFakeApi({ doctor: (_, signal) => never(signal) }))
  for (const frame of frames) await say(frame)
  expect(heard.at(-1)).toEqual({ t: 'bye', reason: expect.stringContaining(reason) })
})

test('whatever frames a client sends, only its own connection suffers', async () => {
  const api = createFakeApi({ 'tasks.list': () => [], doctor: () => Promise.reject(new Error('broken')) }, { 'tasks.follow': () => countTo(5) })
  const other = connect(api).client
  const frame = fc.oneof(
    fc.jsonValue(),
    fc.record({ t: fc.constantFrom('hello', 'call', 'abort', 'subscribe', 'unsubscribe', 'credit', 'bye', 'x'), id: fc.oneof(fc.nat(5), fc.jsonValue()), version: fc.constantFrom(1, 2) }),
    fc.record({ t: fc.constant('call'), id: fc.nat(5), op: fc.constantFrom('tasks.list', 'doctor', '__proto__', 'constructor'), input: fc.jsonValue() }),
    fc.record({ t: fc.constant('subscribe'), id: fc.nat(5), stream: fc.constantFrom('tasks.follow', '__proto__'), input: fc.oneof(fc.jsonValue(), fc.constant({ taskId: 't' })) }),
    fc.record({ t: fc.constant('credit'), id: fc.nat(5), batches: fc.integer() }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 20 }), fc.boolean(), async (frames, greet) => {
      const { say } = speak(api)
      if (greet) void say({ t: 'hello', version: 1 })
      await Promise.all(frames.map(say))
      expect(await other.call('tasks.list', {})).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('a client meets frames that are none, and batches that are missing, as a lost connection', async () => {
  for (const frame of [{ t: 'nonsense' }, { t: 'items', id: 1, seq: 2, items: [] }]) {
    const [mine, theirs] = createPortPair()
    const client = createChannelClient(mine)
    const item = client.subscribe('tasks.watch', {})[Symbol.asyncIterator]().next()
    theirs.send(frame as never)
    await expect(item).rejects.toBeInstanceOf(ConnectionLostError)
  }
})

/** As `connect`, over a pipe that takes frames of this size only. */
function connectNarrow(api: RainyApi, limitBytes: number): ChannelClient {
  const [mine, theirs] = createPortPair()
  serveChannel({ api, port: { ...theirs, send: (frame) => theirs.send(JSON.parse(encodeFrame(frame, limitBytes)) as typeof frame) } })
  return createChannelClient(mine)
}

test('items too many for one frame go in several; one that is too large fails its stream alone, after what came before it', async () => {
  const text = (seq: number, length: number): unknown => ({ seq, taskId: 't', ts: 1, type: 'message', messageId: 'm', agent: 'coder', text: 'x'.repeat(length) })
  async function* growing(): AsyncGenerator<unknown> {
    for (let seq = 1; seq <= 50; seq += 1) yield text(seq, 100)
    yield text(51, 5000)
    yield text(52, 100)
  }
  const client = connectNarrow(createFakeApi({ 'tasks.list': () => [], 'tasks.get': () => 'x'.repeat(5000) }, { 'tasks.follow': growing }), 1000)
  const seqs: number[] = []
  const reading = (async () => {
    for await (const event of client.subscribe('tasks.follow', { taskId: 't' })) seqs.push(event.seq)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  expect(seqs).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  await expect(client.call('tasks.get', { taskId: 't' })).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
  expect(await client.call('tasks.list', {})).toEqual([])
})
