import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { multiFileEdit } from '../model-server/scripts/multi-file-edit.ts'
import { COMMIT_MESSAGE, COMPLAINT, EXPECTED, FILES, READS, TASK } from '../model-server/scripts/multi-file-edit.project.ts'
import { startAll } from './core.fixture.ts'

test('a multi-file edit goes planner → coder → reviewer → coder → reviewer → terminal, and ends in exactly the expected tree and one commit', async () => {
  await using all = await startAll(multiFileEdit, { files: FILES, git: true })
  const { events, detail } = await all.run(TASK)
  expect(detail).toMatchObject({ status: 'completed', result: { success: true, validation: { tests: { failed: 0 }, review: { approved: true } } } })
  expect(all.server.calls.map((call) => call.agent).filter((agent, index, agents) => agent !== agents[index - 1])).toEqual(['planner', 'coder', 'reviewer', 'coder', 'reviewer', 'terminal'])
  expect(events.flatMap((event) => (event.type === 'handoff' ? [`${event.from} → ${event.to}`] : []))).toEqual([
    'planner → coder',
    'coder → reviewer',
    'reviewer → coder',
    'coder → reviewer',
    'reviewer → terminal',
  ])
  const complaint = events.find((event) => event.type === 'handoff' && event.from === 'reviewer' && event.to === 'coder')
  expect(complaint).toMatchObject({ reason: 'the reviewer complained', context: { remainingTasks: [COMPLAINT] } })

  const tree = Object.fromEntries(Object.keys(EXPECTED).map((path) => [path, readFileSync(join(all.place.workspace, path), 'utf8')]))
  expect(tree).toEqual(EXPECTED)
  const git = (...args: string[]): string => execFileSync('git', ['-C', all.place.workspace, ...args], { encoding: 'utf8' }).trim()
  expect(git('log', '--format=%s')).toBe(`${COMMIT_MESSAGE}\nBegin`)
  expect(git('status', '--porcelain')).toBe('')
  expect(all.server.repeated()).toEqual([])
}, 60_000)

test('five reads of one answer are under way at once', async () => {
  await using all = await startAll(multiFileEdit, { files: FILES, git: true })
  const { events } = await all.run(TASK)
  const tools = events.filter((event) => event.type === 'tool')
  const first = tools.find((event) => event.tool === 'read_file')
  const batch = first?.callId.slice(0, first.callId.lastIndexOf('.')) ?? ''
  const ofBatch = tools.filter((event) => event.callId.startsWith(`${batch}.`))
  // All have begun before any has ended.
  expect(ofBatch.map((event) => event.status)).toEqual([...READS.map(() => 'pending'), ...READS.map(() => 'success')])
}, 60_000)
