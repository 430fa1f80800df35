import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../shared/progress.ts'
import { calls, play } from '../model-server/scripts/scene.ts'
import { startModelServer } from '../model-server/server.ts'
import { createPlace, SOURCE, startCore, writeConfig } from './core.fixture.ts'

const TURNS = 20
const LATENCY_MS = 40
const reading = play({ coder: ({ turn }) => ({ latencyMs: LATENCY_MS, ...(turn < TURNS ? calls(['read_file', { path: 'notes.md' }]) : { text: 'Read it often.' }) }) })
const isEnd = (event: ProgressEvent): boolean => event.type === 'complete' || event.type === 'failed' || event.type === 'parked'

interface Ends {
  /** Of tasks 1 and 2, which share a thread, and of task 3. */
  types: Array<string | undefined>
  recovered: number[]
  repeated: string[]
  calls: number
}

/** Three tasks on `workers` threads; one thread is told to die in the middle. */
async function dieInTheMiddle(how: 'oom' | 'hang' | 'exit', workers: number): Promise<Ends> {
  using place = createPlace({ 'notes.md': 'Read me.\n' })
  await using server = await startModelServer({ script: reading, keepBodies: false })
  writeConfig(place, server, { limits: { workers } })
  const entry = join(place.dir, 'worker.mjs')
  writeFileSync(entry, `await import(${JSON.stringify(new URL('fixtures/doomed-worker.ts', import.meta.url).href)})`)
  await using running = await startCore(place, { files: { ...SOURCE, worker: pathToFileURL(entry) } })
  const { api } = running.core
  const start = async (): Promise<string> => (await api.call('tasks.start', { task: 'Explain notes.md', workspace: place.workspace, options: { mode: 'full-auto', trust: true } })).taskId
  const ids = [await start(), await start()]
  while ((await api.call('status', {})).workers.total < workers) await new Promise((resolve) => setTimeout(resolve, 10))
  ids.push(await start())
  await Promise.all(ids.map((id) => running.follow(id, (event) => event.type === 'usage')))
  writeFileSync(join(place.dir, 'order.new'), how)
  renameSync(join(place.dir, 'order.new'), join(place.dir, 'order'))
  const events = await Promise.all(ids.map((id) => running.follow(id, isEnd)))
  return {
    types: events.map((one) => one.at(-1)?.type),
    recovered: events.map((one) => one.filter((event) => event.type === 'recovered' && event.reason === 'worker-crash').length),
    repeated: server.repeated(),
    calls: server.calls.length,
  }
}

test.each(['oom', 'hang'] as const)('a thread that dies (%s) takes down only the runs on it, and they go on from their last checkpoints', async (how) => {
  const { types, recovered } = await dieInTheMiddle(how, 2)
  expect(types).toEqual(['complete', 'complete', 'complete'])
  // Whichever of the two threads it was.
  expect([[1, 1, 0], [0, 0, 1]]).toContainEqual(recovered)
}, 90_000)

test('runs that shared the thread all go on, none is blamed, and no stored answer is asked for again', async () => {
  const { types, recovered, calls: made } = await dieInTheMiddle('exit', 1)
  expect({ types, recovered }).toEqual({ types: ['complete', 'complete', 'complete'], recovered: [1, 1, 1] })
  expect(made).toBe(3 * (TURNS + 1))
}, 90_000)
