import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../shared/progress.ts'
import { calls, inTurns, json, play } from '../model-server/scripts/scene.ts'
import { startAll, type RunningCore } from './core.fixture.ts'

const FILES = { 'a.txt': 'old\n', 'package.json': '{"name":"x","type":"module","scripts":{"test":"node --test"}}\n', 'a.test.js': "import test from 'node:test'\ntest('it is', () => {})\n" }
const edit = calls(['edit_file', { path: 'a.txt', edits: [{ find: 'old', replace: 'new' }] }])
const PLAN = { steps: [{ id: '1', title: 'Change a.txt', agent: 'coder', dependsOn: [], files: ['a.txt'] }] }
const script = play({
  planner: () => json(PLAN),
  coder: inTurns(edit, ({ results }) => ({ text: `Edited: ${results[0]?.content ?? ''}` })),
  docs: inTurns(edit, ({ results }) => ({ text: `Edited: ${results[0]?.content ?? ''}` })),
  terminal: inTurns(calls(['run_command', { command: 'echo x > made.txt' }]), ({ results }) => ({ text: `Ran: ${results[0]?.content ?? ''}` })),
  reviewer: () => json({ approved: true, comments: 'Good.' }),
})
const rests = (event: ProgressEvent): boolean => event.type === 'complete' || event.type === 'failed' || event.type === 'parked'

test.each([
  ['Change old to new in a.txt', '1. Change a.txt (a.txt)'],
  ['refactor a.txt', '1. Change a.txt (a.txt)'],
])('in mode plan "%s" changes nothing and gives a plan, for one model call', async (task, summary) => {
  await using all = await startAll(script, { files: FILES })
  const { detail } = await all.run(task, { mode: 'plan' })
  expect(detail).toMatchObject({ status: 'completed', result: { success: true, summary, filesModified: [] }, plan: PLAN, usage: { modelCalls: 1 } })
  expect(readFileSync(join(all.place.workspace, 'a.txt'), 'utf8')).toBe('old\n')
})

test.each([
  ['write a README for this and commit', 'plan', 'docs'],
  ['run echo x > made.txt', 'plan', 'terminal'],
  ['hm, a.txt', 'plan', 'coder'],
  ['What is a.txt?', 'full-auto', 'coder'],
] as const)('"%s" in mode %s is done with what leaves nothing behind, whatever the model asks for', async (task, mode, agent) => {
  await using all = await startAll(script, { files: FILES })
  const { detail } = await all.run(task, { mode })
  expect(detail).toMatchObject({ status: 'completed', result: { filesModified: [] } })
  expect(all.server.calls.map((call) => call.agent)).toEqual([agent, agent])
  expect(JSON.stringify(all.server.calls[1]?.body)).toContain('UNKNOWN_TOOL')
  expect(readFileSync(join(all.place.workspace, 'a.txt'), 'utf8')).toBe('old\n')
  expect(existsSync(join(all.place.workspace, 'made.txt'))).toBe(false)
})

/** Decides whatever is asked until the round ends; gives what was asked. */
async function decideAll({ core, follow }: RunningCore, taskId: string, decision: (tool: string) => 'approve' | 'deny'): Promise<{ asked: string[]; last: ProgressEvent | undefined }> {
  const asked: string[] = []
  for (let after = 0; ; ) {
    const events = await follow(taskId, rests, after)
    const last = events.at(-1)
    if (last?.type !== 'parked') return { asked, last }
    after = last.seq
    for (const { id, tool } of await core.api.call('approvals.list', { taskId })) {
      asked.push(tool)
      await core.api.call('approvals.decide', { approvalId: id, decision: decision(tool) })
    }
  }
}

test.each([
  ['ask', ['edit_file', 'run_tests']],
  ['auto-edit', ['run_tests']],
] as const)('mode %s asks for %j, once each, and then reviews', async (mode, tools) => {
  await using all = await startAll(script, { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'Change old to new in a.txt', workspace: all.place.workspace, options: { mode, trust: true } })
  const { asked, last } = await decideAll(all, taskId, () => 'approve')
  expect(asked).toEqual(tools)
  expect(last).toMatchObject({ type: 'complete', result: { success: true, filesModified: ['a.txt'], validation: { tests: { passed: 1, failed: 0 }, review: { approved: true } } } })
})

test('tests that may not be run are said not to have been, and the change is reviewed all the same', async () => {
  await using all = await startAll(script, { files: FILES })
  const { taskId } = await all.core.api.call('tasks.start', { task: 'Change old to new in a.txt', workspace: all.place.workspace, options: { mode: 'ask', trust: true } })
  const { last } = await decideAll(all, taskId, (tool) => (tool === 'run_tests' ? 'deny' : 'approve'))
  expect(last).toMatchObject({ type: 'complete', result: { success: true, summary: expect.stringContaining('The tests were not run: they were not allowed'), validation: { review: { approved: true } } } })
})

test('a folder that becomes trusted tells its agents its AGENTS.md, however it came to be trusted', async () => {
  for (const how of ['approve', 'resume'] as const) {
    await using all = await startAll(() => ({ text: 'Hi.' }), { files: { 'AGENTS.md': 'Speak like a pirate.' } })
    const parked = await all.run('hi', { trust: false })
    expect(parked.detail).toMatchObject({ status: 'parked', reason: 'trust' })
    if (how === 'approve') {
      const [asked] = await all.core.api.call('approvals.list', {})
      await all.core.api.call('approvals.decide', { approvalId: asked?.id ?? '', decision: 'approve' })
    } else await all.core.api.call('tasks.resume', { taskId: parked.detail.id, options: { trust: true } })
    await all.follow(parked.detail.id, (event) => event.type === 'complete', parked.events.length)
    expect(JSON.stringify(all.server.calls[0]?.body)).toContain('Speak like a pirate.')
    expect(await all.core.api.call('approvals.list', {})).toEqual([])
  }
})
