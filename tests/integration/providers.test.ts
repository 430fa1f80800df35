import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../shared/progress.ts'
import { calls, play } from '../model-server/scripts/scene.ts'
import { faultsAt } from '../model-server/script.ts'
import { HI, sayHi } from '../model-server/scripts/say-hi.ts'
import { startAll } from './core.fixture.ts'
import { createShiftedClock } from './shifted-clock.fixture.ts'

const isEnd = (event: ProgressEvent): boolean => event.type === 'complete' || event.type === 'failed' || event.type === 'parked'
const waits = (event: ProgressEvent): boolean => event.type === 'status' && event.status === 'waiting'

test('a rate limit that names its end is waited for, is shown with its end, and the task goes on by itself', async () => {
  const clock = createShiftedClock()
  await using all = await startAll(sayHi, { clock, faults: faultsAt({ 1: { kind: 'status', status: 429, headers: { 'retry-after': '120' } } }) })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'hi', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  const before = await all.follow(taskId, waits)
  const waiting = before.at(-1)
  expect(waiting).toMatchObject({ status: 'waiting', reason: 'rate-limit' })
  if (waiting?.type !== 'status' || waiting.until === undefined) throw new Error('no end was told')
  expect(Math.round((waiting.until - clock.now()) / 1000)).toBeGreaterThan(100)
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ status: 'waiting', reason: 'rate-limit' })
  clock.advance(121_000)
  const after = await all.follow(taskId, isEnd, waiting.seq)
  expect(after.at(-1)).toMatchObject({ type: 'complete', result: { summary: HI } })
  expect(all.server.calls).toHaveLength(2)
})

test('a server that is away is waited for, and the task goes on by itself when it is back', async () => {
  const clock = createShiftedClock()
  let away = true
  await using all = await startAll(sayHi, { clock, faults: () => (away ? { kind: 'reset' } : undefined) })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'hi', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  const before = await all.follow(taskId, waits)
  expect(before.at(-1)).toMatchObject({ reason: 'offline' })
  away = false
  clock.advance(16_000)
  expect((await all.follow(taskId, isEnd, before.at(-1)?.seq)).at(-1)?.type).toBe('complete')
})

test.each([
  ['PROVIDER_AUTH', { kind: 'status', status: 401 }],
  ['PROVIDER_BAD_RESPONSE', { kind: 'garbage', body: '<html>what?</html>', contentType: 'text/html' }],
] as const)('%s ends the round as failed, says so, and the next message tries again', async (code, fault) => {
  let broken = true
  await using all = await startAll(sayHi, { faults: () => (broken ? fault : undefined) })
  const { events, detail } = await all.run('hi')
  expect(detail).toMatchObject({ status: 'failed', error: { code } })
  expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code }, recoverable: true })
  await expect(all.core.api.call('tasks.resume', { taskId: detail.id })).rejects.toMatchObject({ code: 'NOT_RESUMABLE' })
  broken = false
  await all.core.api.call('tasks.message', { taskId: detail.id, text: 'and now?' })
  expect((await all.follow(detail.id, isEnd, events.length)).at(-1)?.type).toBe('complete')
  expect(JSON.stringify(all.server.calls.at(-1)?.body)).toContain('It failed: ')
})

test('the next model of the chain answers where the first cannot, and what its failed attempts had said is replaced', async () => {
  await using all = await startAll(sayHi, { faults: ({ request }) => (request.model === 'first' ? { kind: 'truncate', afterChunks: 2 } : undefined) })
  const chain = ['stand/first', 'stand/second']
  const { events, detail } = await all.run('hi', { models: { fast: chain, smart: chain, instant: chain } })
  expect(detail).toMatchObject({ status: 'completed', result: { summary: HI }, usage: { modelCalls: 1 } })
  expect(events.find((event) => event.type === 'usage')).toMatchObject({ model: 'stand/second' })
  const tokens = events.filter((event) => event.type === 'token')
  expect(new Set(tokens.map((event) => event.messageId)).size).toBe(1)
  const last = Math.max(...tokens.map((event) => event.attempt))
  expect(tokens.filter((event) => event.attempt === last).map((event) => event.text).join('')).toBe(HI)
})

test('a conversation that grew too long goes on from a digest of it', async () => {
  const big = 'x '.repeat(2000)
  const script = play({ coder: ({ turn, request }) => (JSON.stringify(request.messages).includes('Handoff: ') ? { text: 'Done from the digest.' } : turn < 40 ? calls(['read_file', { path: 'big.md' }]) : { text: 'never' }) })
  await using all = await startAll(script, { files: { 'big.md': big }, contextTokens: 9000 })
  const { events, detail } = await all.run('Explain big.md')
  expect(detail).toMatchObject({ status: 'completed', result: { summary: 'Done from the digest.' } })
  expect(events.find((event) => event.type === 'handoff')).toMatchObject({ from: 'coder', to: 'coder', reason: expect.stringContaining('too long') })
})
