import { expect, test, vi } from 'vitest'
import { createFakeApi } from './fake-api.ts'
import { FIRST_DELAY_MS, keepConnected, LONGEST_DELAY_MS, sleepMs } from './connection.ts'
import type { OpenedChannel } from './connection.ts'
import { followLive } from './live.ts'
import { RainyError } from '../../shared/errors.ts'
import type { ProgressEvent } from '../../shared/progress.ts'

function channel(): OpenedChannel & { lose(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { ...createFakeApi(), closed: promise, close: resolve, lose: resolve }
}

test('a lost channel is opened again, more slowly each time it fails, and those who wait get the next one', async () => {
  const ended = new AbortController()
  const channels = [channel(), channel()]
  const delays: number[] = []
  const states: string[] = []
  let attempts = 0
  const open = async (): Promise<OpenedChannel> => {
    attempts += 1
    if (attempts > 1 && attempts < 8) throw new RainyError('UNAUTHORIZED', 'no')
    return channels[attempts === 1 ? 0 : 1] ?? channel()
  }
  const sleep = async (ms: number): Promise<void> => void delays.push(ms)
  const connection = keepConnected(open, ended.signal, sleep)
  connection.onState((state, error) => states.push(error ? `${state}: ${error.code}` : state))
  expect(await connection.api(ended.signal)).toBe(channels[0])
  channels[0]?.lose()
  await vi.waitFor(() => expect(attempts).toBe(8))
  expect(await connection.api(ended.signal)).toBe(channels[1])
  expect(delays).toEqual([FIRST_DELAY_MS, 500, 1000, 2000, 4000, LONGEST_DELAY_MS, LONGEST_DELAY_MS])
  expect(states.slice(0, 3)).toEqual(['open', 'lost', 'lost: UNAUTHORIZED'])
  ended.abort()
})

test('waiting for the core ends when the one who waits gives up', async () => {
  const ended = new AbortController()
  const connection = keepConnected(() => new Promise(() => undefined), ended.signal)
  const caller = new AbortController()
  const waiting = connection.api(caller.signal)
  caller.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  ended.abort()
})

test('a sleep ends at once when it is aborted', async () => {
  const ended = new AbortController()
  const sleeping = sleepMs(60_000, ended.signal)
  ended.abort()
  await expect(sleeping).resolves.toBeUndefined()
})

const step = (seq: number): ProgressEvent => ({ seq, taskId: 't', ts: 0, type: 'step', step: seq, total: 9, message: '' })

test('a follow that breaks goes on from the last event it had, without gap or repeat', async () => {
  const ended = new AbortController()
  const api = createFakeApi()
  const seen: number[] = []
  const following = followLive(
    { onState: () => undefined, api: () => Promise.resolve(api) },
    { name: 'tasks.follow', input: () => ({ taskId: 't', after: seen.at(-1) ?? 0 }), onItems: (events) => seen.push(...events.map(({ seq }) => seq)), onFailure: () => undefined },
    ended.signal,
    () => Promise.resolve(),
  )
  api.send('tasks.follow', step(1), step(2))
  await vi.waitFor(() => expect(seen).toEqual([1, 2]))
  api.breakStreams()
  await vi.waitFor(() => expect(api.subscriptions).toHaveLength(2))
  api.send('tasks.follow', step(3))
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 3]))
  expect(api.subscriptions.map(({ input }) => input)).toEqual([{ taskId: 't', after: 0 }, { taskId: 't', after: 2 }])
  ended.abort()
  await following
})

test('what trying again does not mend is told once and ends the follow', async () => {
  const api = createFakeApi()
  const failures: unknown[] = []
  const following = followLive(
    { onState: () => undefined, api: () => Promise.resolve(api) },
    { name: 'tasks.follow', input: () => ({ taskId: 't' }), onItems: () => undefined, onFailure: (error) => failures.push(error) },
    new AbortController().signal,
  )
  await vi.waitFor(() => expect(api.subscriptions).toHaveLength(1))
  const gone = new RainyError('TASK_NOT_FOUND', 'no such task')
  api.breakStreams(gone)
  await following
  expect(failures).toEqual([gone])
})
