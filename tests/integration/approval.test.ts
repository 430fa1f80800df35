import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { approval, COMMAND, TASK } from '../model-server/scripts/approval.ts'
import { startModelServer } from '../model-server/server.ts'
import { createPlace, startAll, startCore, writeConfig } from './core.fixture.ts'

test('in mode ask a command waits for a yes, and then runs once', async () => {
  await using all = await startAll(approval, { files: { 'a.txt': 'a' } })
  const parked = await all.run(TASK, { mode: 'ask' })
  expect(parked.events.at(-1)).toMatchObject({ type: 'parked', reason: 'approval' })
  expect(parked.detail.status).toBe('parked')
  expect(existsSync(join(all.place.workspace, 'ran.txt'))).toBe(false)
  const [asked] = await all.core.api.call('approvals.list', {})
  expect(asked).toMatchObject({ taskId: parked.detail.id, tool: 'run_command', preview: expect.stringContaining(COMMAND), status: 'pending' })
  await all.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'approve' })
  await expect(all.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'approve' })).rejects.toMatchObject({ code: 'ALREADY_DECIDED' })
  await all.follow(parked.detail.id, (event) => event.type === 'complete', parked.events.length)
  expect(readFileSync(join(all.place.workspace, 'ran.txt'), 'utf8')).toBe('ran\n')
})

test('a no is told to the model, and nothing runs', async () => {
  await using all = await startAll(approval, { files: { 'a.txt': 'a' } })
  const parked = await all.run(TASK, { mode: 'ask' })
  const [asked] = await all.core.api.call('approvals.list', {})
  await all.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'deny' })
  const events = await all.follow(parked.detail.id, (event) => event.type === 'complete', parked.events.length)
  expect(existsSync(join(all.place.workspace, 'ran.txt'))).toBe(false)
  expect(events.find((event) => event.type === 'tool')).toMatchObject({ status: 'denied', error: { code: 'DENIED' } })
  expect(JSON.stringify(all.server.calls[1]?.body)).toContain('DENIED')
})

test('a decision that comes while nothing runs is taken up at resume, once', async () => {
  using place = createPlace({ 'a.txt': 'a' })
  await using server = await startModelServer({ script: approval })
  writeConfig(place, server)
  let taskId: string
  {
    await using first = await startCore(place)
    taskId = (await first.run(TASK, { mode: 'ask' })).detail.id
  }
  {
    await using second = await startCore(place)
    const [asked] = await second.core.api.call('approvals.list', {})
    await second.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'approve' })
  }
  expect(existsSync(join(place.workspace, 'ran.txt'))).toBe(false)
  await using third = await startCore(place)
  expect(await third.core.api.call('tasks.resume', { workspace: place.workspace })).toEqual({ taskIds: [taskId] })
  await third.follow(taskId, (event) => event.type === 'complete')
  expect(readFileSync(join(place.workspace, 'ran.txt'), 'utf8')).toBe('ran\n')
  expect(server.calls.length).toBe(2)
})

test('a folder that is not trusted parks the task until it is', async () => {
  await using all = await startAll(approval, { files: { 'a.txt': 'a' } })
  const parked = await all.run(TASK, { trust: false })
  expect(parked.events.at(-1)).toMatchObject({ type: 'parked', reason: 'trust' })
  expect(all.server.calls).toEqual([])
  await all.core.api.call('trust.set', { dir: all.place.workspace, trusted: true })
  await all.core.api.call('tasks.resume', { taskId: parked.detail.id })
  await all.follow(parked.detail.id, (event) => event.type === 'complete', parked.events.length)
  expect(readFileSync(join(all.place.workspace, 'ran.txt'), 'utf8')).toBe('ran\n')
})
