import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CODER_CALLS, EXPECTED, FILES, longTask, TASK } from '../model-server/scripts/long-task.ts'
import { startAll } from './core.fixture.ts'

test('a task of 120 model calls hands over to itself at its limits and finishes', async () => {
  await using all = await startAll(longTask, { files: FILES })
  const { events, detail } = await all.run(TASK)
  expect(detail).toMatchObject({ status: 'completed', result: { success: true, filesModified: ['progress.txt'] } })
  expect(readFileSync(join(all.place.workspace, 'progress.txt'), 'utf8')).toBe(EXPECTED['progress.txt'])
  expect(all.server.calls.filter((call) => call.agent === 'coder')).toHaveLength(CODER_CALLS)
  expect(all.server.calls.filter((call) => call.outcome !== 'answered')).toEqual([])
  expect(all.server.repeated()).toEqual([])
  expect(events.filter((event) => event.type === 'handoff' && event.from === 'coder' && event.to === 'coder').length).toBeGreaterThanOrEqual(11)
}, 60_000)
