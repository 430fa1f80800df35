import { expect, test } from 'vitest'
import { HI, sayHi } from '../model-server/scripts/say-hi.ts'
import { startAll } from './core.fixture.ts'

test('small talk costs one model call, streams its text and ends the round', async () => {
  await using all = await startAll(sayHi)
  const { events, detail } = await all.run('hi')
  expect(all.server.calls.map((call) => call.outcome)).toEqual(['answered'])
  expect(detail).toMatchObject({ status: 'completed', result: { success: true, summary: HI }, usage: { modelCalls: 1 } })
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.flatMap((event) => (event.type === 'token' ? event.text : [])).join('')).toBe(HI)
  expect(events.at(-1)?.type).toBe('complete')
})

test('the next message is another round that knows the first', async () => {
  await using all = await startAll(sayHi)
  const first = await all.run('hi')
  await all.core.api.call('tasks.message', { taskId: first.detail.id, text: 'thanks' })
  const events = await all.follow(first.detail.id, (event) => event.type === 'complete', first.events.length)
  expect(events[0]?.seq).toBe(first.events.length + 1)
  expect(await all.core.api.call('tasks.get', { taskId: first.detail.id })).toMatchObject({ round: 2, status: 'completed', usage: { modelCalls: 2 } })
  expect(JSON.stringify(all.server.calls[1]?.body)).toContain(HI)
  expect(events.filter((event) => event.type === 'message' && event.agent === 'user')).toMatchObject([{ messageId: `${first.detail.id}.user.2`, text: 'thanks' }])
})
