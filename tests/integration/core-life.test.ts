import { expect, test } from 'vitest'
import { calls, play } from '../model-server/scripts/scene.ts'
import { HI, sayHi } from '../model-server/scripts/say-hi.ts'
import { startModelServer } from '../model-server/server.ts'
import { createPlace, startAll, startCore, writeConfig } from './core.fixture.ts'

const start = { task: 'hi', options: { mode: 'full-auto', trust: true } } as const

test('a core that ends while a task runs ends its streams, refuses what comes later, and the next one goes on', async () => {
  using place = createPlace({ 'notes.md': 'Read me.\n' })
  let slow = true
  await using server = await startModelServer({ script: play({ coder: ({ turn }) => (turn === 0 ? calls(['read_file', { path: 'notes.md' }]) : { text: HI, latencyMs: slow ? 60_000 : 0 }) }) })
  writeConfig(place, server)
  const first = await startCore(place)
  const { api } = first.core
  const { taskId } = await api.call('tasks.start', { ...start, task: 'Explain notes.md', workspace: place.workspace })
  const watching = Promise.all([drain(api.subscribe('status.watch', {})), drain(api.subscribe('tasks.watch', {})), drain(api.subscribe('approvals.watch', {})), drain(api.subscribe('tasks.follow', { taskId }))])
  const idle = first.core.idle()
  while (server.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  await first.core.dispose()
  await Promise.all([watching, idle])
  await expect(api.call('tasks.list', {})).rejects.toMatchObject({ code: 'CANCELLED' })
  slow = false
  await using second = await startCore(place)
  expect(await second.core.api.call('tasks.get', { taskId })).toMatchObject({ status: 'interrupted' })
  await second.core.api.call('tasks.resume', { taskId })
  await second.follow(taskId, (event) => event.type === 'complete')
  expect(server.calls.filter((call) => call.outcome === 'answered')).toHaveLength(2)
})

test('a core that ends before its workers are up tells whoever waits for them', async () => {
  using place = createPlace()
  await using server = await startModelServer({ script: sayHi })
  writeConfig(place, server)
  const running = await startCore(place)
  const [started] = await Promise.allSettled([running.core.api.call('tasks.start', { ...start, workspace: place.workspace }), running.core.dispose()])
  expect(started).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } })
})

test('a core is not idle between a decision and what follows from it', async () => {
  const script = play({ terminal: ({ turn }) => (turn === 0 ? calls(['run_command', { command: 'echo x' }]) : { text: 'Ran.' }) })
  await using all = await startAll(script, { files: { 'a.txt': 'a' } })
  const parked = await all.run('run echo x', { mode: 'ask' })
  await all.core.idle()
  const [asked] = await all.core.api.call('approvals.list', {})
  await all.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'approve' })
  await all.core.idle()
  expect(await all.core.api.call('tasks.get', { taskId: parked.detail.id })).toMatchObject({ status: 'completed' })
})

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
