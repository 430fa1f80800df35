import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../shared/progress.ts'
import { calls, inTurns, play } from '../model-server/scripts/scene.ts'
import { startAll } from './core.fixture.ts'

const FILES = { 'notes.md': 'Read me.\n' }
/** Asked to end, given half a second, then killed: well under a second where the machine is not busy. */
const BUSY_MACHINE_MS = 3000
const isEnd = (event: ProgressEvent): boolean => event.type === 'complete' || event.type === 'failed' || event.type === 'cancelled' || event.type === 'interrupted'
const reading = play({ coder: ({ turn }) => ({ latencyMs: 60, ...(turn < 5 ? calls(['read_file', { path: 'notes.md' }]) : { text: 'Read it.' }) }) })
const said = (body: unknown, text: string): number => JSON.stringify(body).split(text).length - 1

test('what is said while a round runs steers its next turn, once', async () => {
  await using all = await startAll(reading, { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'Explain notes.md', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  await all.follow(taskId, (event) => event.type === 'usage')
  await all.core.api.call('tasks.message', { taskId, text: 'In German, please.' })
  await all.follow(taskId, isEnd)
  const bodies = all.server.calls.map((call) => said(call.body, 'In German, please.'))
  const first = bodies.indexOf(1)
  expect(first).toBeGreaterThan(0)
  expect(bodies.slice(first)).toEqual(bodies.slice(first).map(() => 1))
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ round: 1, status: 'completed' })
})

test('what is said after the last turn began starts the next round, which is told it once', async () => {
  await using all = await startAll(() => ({ text: 'Hi!', latencyMs: 400 }), { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'hi', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  while (all.server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await all.core.api.call('tasks.message', { taskId, text: 'and thanks' })
  const first = await all.follow(taskId, isEnd)
  const second = await all.follow(taskId, isEnd, first.at(-1)?.seq)
  expect(second.at(-1)?.type).toBe('complete')
  expect(said(all.server.calls[1]?.body, 'and thanks')).toBe(1)
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ round: 2 })
})

test('a round that was cancelled keeps its place in the history of the next ones', async () => {
  await using all = await startAll((request) => (JSON.stringify(request.messages.at(-1)).includes('slow') && !JSON.stringify(request).includes('History') ? { text: 'never', latencyMs: 60_000 } : { text: 'An answer.' }), { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'hi, slow one', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  while (all.server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await all.core.api.call('tasks.cancel', { taskId })
  let after = (await all.follow(taskId, isEnd)).at(-1)?.seq
  for (const text of ['hello second', 'hello third']) {
    await all.core.api.call('tasks.message', { taskId, text })
    after = (await all.follow(taskId, isEnd, after)).at(-1)?.seq
  }
  const told = JSON.stringify(all.server.calls.at(-1)?.body).replaceAll('\\', '')
  expect(told).toContain('"text":"hi, slow one","summary":"The user stopped it."')
  expect(told).toContain('"text":"hello second","summary":"An answer."')
})

test('cancelling stops a model call within a second, for good', async () => {
  await using all = await startAll(() => ({ text: 'never', latencyMs: 60_000 }), { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'hi', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  while (all.server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const left = new Promise<void>((resolve) => all.server.onDisconnect(resolve))
  const at = performance.now()
  await all.core.api.call('tasks.cancel', { taskId })
  await left
  expect(performance.now() - at).toBeLessThan(1000)
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ status: 'cancelled' })
  await expect(all.core.api.call('tasks.cancel', { taskId })).rejects.toMatchObject({ code: 'NOT_RESUMABLE' })
  await all.core.idle()
})

test('cancelling a command stops it, and nothing of it is left', async () => {
  const script = play({ terminal: inTurns(calls(['run_command', { command: 'echo $$ > pid.txt; sleep 300' }]), { text: 'Ran.' }) })
  await using all = await startAll(script, { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'run sleep 300', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  const file = join(all.place.workspace, 'pid.txt')
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 20))
  const pid = Number(readFileSync(file, 'utf8'))
  const at = performance.now()
  await all.core.api.call('tasks.cancel', { taskId })
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(performance.now() - at).toBeLessThan(BUSY_MACHINE_MS)
  expect(all.server.calls).toHaveLength(1)
})

test('a task that was stopped goes on where it was, at a resume or at the next word', async () => {
  await using all = await startAll(reading, { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'Explain notes.md', workspace: all.place.workspace, options: { mode: 'full-auto', trust: true } })
  await all.follow(taskId, (event) => event.type === 'usage')
  await all.core.api.call('tasks.interrupt', { taskId })
  const stopped = await all.follow(taskId, isEnd)
  expect(stopped.at(-1)).toMatchObject({ type: 'interrupted', next: `rainy resume ${taskId}` })
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ status: 'interrupted' })
  await all.core.api.call('tasks.message', { taskId, text: 'Go on.' })
  const events = await all.follow(taskId, isEnd, stopped.at(-1)?.seq)
  expect(events.at(-1)?.type).toBe('complete')
  expect(await all.core.api.call('tasks.get', { taskId })).toMatchObject({ status: 'completed', round: 1 })
  expect(all.server.repeated()).toEqual([])
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
