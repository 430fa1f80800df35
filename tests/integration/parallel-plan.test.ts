import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXPECTED, parallelPlan, TASK } from '../model-server/scripts/parallel-plan.ts'
import { startAll } from './core.fixture.ts'

test('plan steps that are ready and share no file run at once; one that needs them waits', async () => {
  await using all = await startAll(parallelPlan, { files: { 'README.md': '# x\n' } })
  const { events, detail } = await all.run(TASK)
  expect(detail).toMatchObject({ status: 'completed', result: { success: true } })
  expect(Object.fromEntries(Object.keys(EXPECTED).map((path) => [path, readFileSync(join(all.place.workspace, path), 'utf8')]))).toEqual(EXPECTED)
  const coders = all.server.calls.filter((call) => call.agent === 'coder')
  const [first, second] = coders
  expect(coders.length).toBe(4)
  expect(second?.receivedAt ?? Infinity).toBeLessThan(first?.endedAt ?? 0)
  const docs = all.server.calls.filter((call) => call.agent === 'docs')
  expect(docs[0]?.receivedAt ?? 0).toBeGreaterThan(Math.max(...coders.map((call) => call.endedAt)))
  expect(new Set(events.flatMap((event) => (event.type === 'tool' && event.runId ? [event.runId] : []))).size).toBeGreaterThanOrEqual(3)
}, 30_000)
