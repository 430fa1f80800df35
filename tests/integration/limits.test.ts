import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../shared/progress.ts'
import { calls, json, play } from '../model-server/scripts/scene.ts'
import { startAll } from './core.fixture.ts'
import { createShiftedClock } from './shifted-clock.fixture.ts'

const FILES = { 'notes.md': 'Read me.\n' }
const isEnd = (event: ProgressEvent): boolean => event.type === 'complete' || event.type === 'failed' || event.type === 'parked'
const read = calls(['read_file', { path: 'notes.md' }])
/** Reads as often, then answers. */
const reading = (turns: number) => play({ coder: ({ turn }) => (turn < turns ? read : { text: 'Read it.' }) })

test('a model that only ever calls tools parks its task at the turn limit; each resume grants as many turns again', async () => {
  await using all = await startAll(reading(Infinity), { files: FILES, config: { limits: { maxTurns: 6 } } })
  const parked = await all.run('Explain notes.md')
  expect(parked.events.at(-1)).toMatchObject({ type: 'parked', reason: 'turn-limit', next: `rainy resume ${parked.detail.id}` })
  expect(parked.detail).toMatchObject({ status: 'parked', reason: 'turn-limit', usage: { modelCalls: 6 } })
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id })
  await all.follow(parked.detail.id, isEnd, parked.events.length)
  expect(await all.core.api.call('tasks.get', { taskId: parked.detail.id })).toMatchObject({ status: 'parked', usage: { modelCalls: 12 } })
  expect(all.server.repeated()).toEqual([])
})

test('a message to a task at its limit makes it go on, and steers it', async () => {
  await using all = await startAll(reading(7), { files: FILES, config: { limits: { maxTurns: 6 } } })
  const parked = await all.run('Explain notes.md')
  await all.core.api.call('tasks.message', { taskId: parked.detail.id, text: 'Go on, please.' })
  const events = await all.follow(parked.detail.id, isEnd, parked.events.length)
  expect(events.at(-1)?.type).toBe('complete')
  expect(JSON.stringify(all.server.calls[6]?.body)).toContain('Go on, please.')
})

test('two steps that run at once both stop at the limit, and both go on at one resume', async () => {
  const plan = { steps: ['a', 'b'].map((id) => ({ id, title: `Read for ${id}`, agent: 'coder', dependsOn: [], files: [`${id}.txt`] })) }
  const script = play({ planner: () => json(plan), coder: ({ turn }) => (turn < 3 ? { ...read, latencyMs: 30 } : { text: 'Read it.' }), reviewer: () => json({ approved: true, comments: '' }) })
  await using all = await startAll(script, { files: FILES, config: { limits: { maxTurns: 5 } } })
  const parked = await all.run('Update a.txt and b.txt')
  expect(parked.detail).toMatchObject({ status: 'parked', reason: 'turn-limit' })
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id })
  const events = await all.follow(parked.detail.id, isEnd, parked.events.length)
  expect(events.at(-1)).toMatchObject({ type: 'complete', result: { success: true } })
})

test('a budget that is used up parks the task until a larger one is given; that it was is an event', async () => {
  await using all = await startAll((request) => ({ ...reading(2)(request), usage: { inputTokens: 1_000_000, outputTokens: 0 } }), { files: FILES })
  const models = { fast: ['stand/gpt-5'], smart: ['stand/gpt-5'], instant: ['stand/gpt-5'] }
  const parked = await all.run('Explain notes.md', { budgetUsd: 2, models })
  expect(parked.detail).toMatchObject({ status: 'parked', reason: 'budget', usage: { modelCalls: 2, costUsd: 2.5 }, next: `rainy resume ${parked.detail.id} --budget USD` })
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id })
  const again = await all.follow(parked.detail.id, isEnd, parked.events.length)
  expect(again.at(-1)).toMatchObject({ type: 'parked', reason: 'budget' })
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id, options: { budgetUsd: 10 } })
  expect((await all.follow(parked.detail.id, isEnd, again.at(-1)?.seq)).at(-1)?.type).toBe('complete')
})

test('active time that is used up parks the task, waiting is not counted, and a resume grants it once more', async () => {
  const clock = createShiftedClock()
  let asked = 0
  const script = reading(2)
  await using all = await startAll(
    (request) => {
      asked += 1
      if (asked === 2) clock.advance(70_000)
      return script(request)
    },
    { files: FILES, clock, config: { limits: { taskTimeoutMs: 60_000 } } },
  )
  const parked = await all.run('Explain notes.md')
  expect(parked.detail).toMatchObject({ status: 'parked', reason: 'time-limit', usage: { modelCalls: 2 } })
  clock.advance(3_600_000)
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id })
  expect((await all.follow(parked.detail.id, isEnd, parked.events.length)).at(-1)?.type).toBe('complete')
})
