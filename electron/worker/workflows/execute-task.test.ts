import { describe, expect, test } from 'vitest'
import type { RoundRequest } from '../../../shared/brain-events.ts'
import type { ToolBatchRequest, ToolBatchResult } from '../../../shared/model.ts'
import { roundRequest } from '../testing/fixtures.ts'
import { answer, toolAnswer, toolResults } from '../testing/host.fake.ts'
import { activationOf, activations, scripted, setUp } from '../testing/set-up.ts'

const READ = toolAnswer({ name: 'read_file', args: { path: 'a.ts' } })
const EDIT = toolAnswer({ name: 'edit_file', args: { path: 'a.ts' } })
const APPROVED = answer('{"approved":true,"comments":"Fine."}')
const VALIDATION = { tests: { runner: 'npm', passed: 1, failed: 0, skipped: 0 }, diagnostics: { errors: 0, warnings: 0 } }

function editing(text: string, change: Partial<RoundRequest> = {}): RoundRequest {
  return roundRequest({ text, intent: 'edit_code', ...change })
}

/** A batch that writes changes the file that its calls name. */
function writes(request: ToolBatchRequest): ToolBatchResult {
  const files = request.calls.filter((call) => call.name === 'edit_file').map((call) => (call.args as { path: string }).path)
  return toolResults(request, files)
}

const bigEdit = editing('fix a.ts and b.ts, then commit')
const bigScript = {
  'planner: plan': [
    READ,
    answer('```json\n{"steps":[{"id":"1","title":"fix a","agent":"coder","files":["a.ts"]},{"id":"2","title":"fix b","agent":"coder","files":["b.ts"]},{"id":"3","title":"join","agent":"coder","dependsOn":["1","2"],"files":["a.ts","b.ts"]}]}\n```'),
  ],
  'coder: execute-step': [EDIT, answer('Did one.'), EDIT, answer('Did two.'), answer('Did three.')],
  'reviewer: review': [answer('{"approved":false,"comments":"a.ts lacks a test"}'), APPROVED],
  'coder: fix': [EDIT, answer('Added the test.')],
  'terminal: commit': [toolAnswer({ name: 'git_commit', args: { message: 'Fix' } }), answer('Committed.')],
}

test('small talk costs exactly one model call', async () => {
  const { driver, host } = setUp({ model: () => answer('Hi!') })
  const run = await driver.start('execute-task', 'brain/task.requested', roundRequest())
  expect(run).toMatchObject({ status: 'completed', output: { success: true, summary: 'Hi!', filesModified: [] } })
  expect(host.inferences).toHaveLength(1)
  expect(activationOf(host.inferences[0])).toEqual({ phase: 'answer', task: 'say hi' })
  expect(host.effects.map((effect) => effect.name)).toEqual(['progress', 'finish-round'])
})

test('a question is answered with tools that leave nothing behind', async () => {
  const { driver, host } = setUp({ model: scripted({ 'coder: answer': [READ, answer('It does.')] }) })
  await driver.start('execute-task', 'brain/task.requested', roundRequest({ text: 'what does it do?', intent: 'explain_code' }))
  expect(host.inferences[0]?.request.tools).toEqual(['read_file', 'list_dir', 'read_directory_tree', 'search_code', 'git_diff', 'get_diagnostics', 'analyze_code'])
  expect(host.batches[0]?.request.allowed).toEqual(host.inferences[0]?.request.tools)
})

test('a small edit goes from coder to reviewer, with a handoff', async () => {
  const { driver, host } = setUp({ model: scripted({ 'coder: execute-step': [EDIT, answer('Fixed.')], 'reviewer: review': [APPROVED] }), tools: writes })
  const run = await driver.start('execute-task', 'brain/task.requested', editing('fix the typo in a.ts'))
  expect(activations(host)).toEqual(['coder: execute-step', 'reviewer: review'])
  expect(run.output).toEqual({ success: true, summary: 'Fixed.', filesModified: ['a.ts'], validation: { ...VALIDATION, review: { approved: true, comments: 'Fine.' } } })
  expect(host.progressBodies.find((body) => body.type === 'handoff')).toMatchObject({ from: 'coder', to: 'reviewer', context: { filesModified: ['a.ts'], currentState: 'Fixed.' } })
})

test('a big edit runs planner, coders, reviewer, a fix and the commit, and what shares no file runs at once', async () => {
  const { driver, host } = setUp({ model: scripted(bigScript), tools: writes })
  const run = await driver.start('execute-task', 'brain/task.requested', bigEdit)
  expect(run).toMatchObject({ status: 'completed', output: { success: true, validation: { review: { approved: true, comments: 'Fine.' } } } })
  expect(activations(host)).toEqual([
    'planner: plan',
    'coder: execute-step',
    'coder: execute-step',
    'coder: execute-step',
    'reviewer: review',
    'coder: fix',
    'reviewer: review',
    'terminal: commit',
  ])
  expect(host.effects.find((effect) => effect.name === 'record-plan')?.input).toMatchObject({ plan: { steps: [{ id: '1' }, { id: '2' }, { id: '3' }] } })
  const announced = host.progressBodies.flatMap((body) => (body.type === 'step' ? [`${body.step}/${body.total} ${body.message}`] : []))
  expect(announced).toEqual([
    '1/1 Planning',
    '2/7 fix a',
    '3/7 fix b',
    '4/7 join',
    '5/7 Checking with diagnostics and tests',
    '6/7 Reviewing the change',
    '7/7 Fixing what was found (1 of 2)',
    '8/8 Checking with diagnostics and tests',
    '9/9 Reviewing the change',
    '10/10 Committing',
  ])
  const handoffs = host.progressBodies.flatMap((body) => (body.type === 'handoff' ? [`${body.from}>${body.to}`] : []))
  expect(handoffs).toEqual(['planner>coder', 'planner>coder', 'planner>coder', 'coder>reviewer', 'reviewer>coder', 'coder>reviewer', 'reviewer>terminal'])
  // Both first steps had been started before either was asked anything more.
  const coders = host.inferences.filter((seen) => activationOf(seen)?.phase === 'execute-step').map((seen) => seen.step.runId)
  expect(new Set(coders.slice(0, 2)).size).toBe(2)
})

describe('a run that died at any step boundary', () => {
  test('goes on to the same end, and asks no model twice for what was stored', async () => {
    const whole = setUp({ model: scripted(bigScript), tools: writes })
    const run = await whole.driver.start('execute-task', 'brain/task.requested', bigEdit)
    const stored = [...run.steps]
    const names = [...run.steps.keys()].map((id) => run.names.get(id) ?? '')
    const askedIn = (from: number): string[] => names.slice(from).filter((name) => name.endsWith('/infer'))
    expect(stored.length).toBeGreaterThan(25)
    for (let kept = 0; kept <= stored.length; kept += 1) {
      const answers = new Map(whole.host.inferences.map((seen) => [seen.step.stepName, seen]))
      const script = scripted(bigScript)
      const later = setUp({
        // What the parent asks is answered as it was; children that are started anew are scripted.
        model: (seen) => {
          const before = run.steps.get(seen.step.stepId)
          return before ? (before.data as never) : script(seen)
        },
        tools: (request, step) => (run.steps.get(step.stepId)?.data as ToolBatchResult | undefined) ?? writes(request),
        effects: { validate: (_input, step) => (run.steps.get(step.stepId)?.data ?? null) },
      })
      const again = await later.driver.resume('execute-task', 'brain/task.requested', bigEdit, stored.slice(0, kept))
      expect(again.error).toBeUndefined()
      expect({ kept, status: again.status, review: (again.output as { validation?: unknown }).validation }).toEqual({ kept, status: 'completed', review: (run.output as { validation?: unknown }).validation })
      expect([...again.steps.keys()].toSorted()).toEqual([...run.steps.keys()].toSorted())
      expect(later.host.inferences.filter((seen) => seen.step.runId === again.id).map((seen) => seen.step.stepName)).toEqual(askedIn(kept))
      expect(answers.size).toBeGreaterThan(0)
    }
  })

  test('is told to be diverged where its steps were given something else', async () => {
    const script = { 'coder: execute-step': [EDIT, answer('Fixed.')], 'reviewer: review': [APPROVED] }
    const first = setUp({ model: scripted(script), tools: writes })
    const run = await first.driver.start('execute-task', 'brain/task.requested', editing('fix the typo in a.ts'))
    const second = setUp({ model: scripted(script), tools: writes })
    const changed = await second.driver.resume('execute-task', 'brain/task.requested', editing('fix the bug in a.ts'), [...run.steps].slice(0, 4))
    expect(changed).toMatchObject({ status: 'diverged', error: { name: 'RunDivergedError' } })
    expect(second.host.effects.map((effect) => effect.name)).not.toContain('fail-round')
  })
})

describe('what the checks find', () => {
  const broken = { tests: { runner: 'npm', passed: 0, failed: 1, skipped: 0, failures: [{ name: 'adds', message: 'expected 3', path: 'a.test.ts', line: 4 }], output: '' }, diagnostics: { errors: 1, warnings: 0, items: ['a.ts:1 no such name'] }, filesModified: ['a.ts'] }

  test('is fixed before a reviewer is asked, and after the last round is said honestly', async () => {
    const { driver, host } = setUp({
      model: scripted({ 'coder: execute-step': [EDIT, answer('Tried.')], 'coder: fix': [EDIT, answer('Tried again.'), EDIT, answer('And again.')] }),
      tools: writes,
      effects: { validate: () => broken },
    })
    const run = await driver.start('execute-task', 'brain/task.requested', editing('fix the sum in a.ts and commit'))
    expect(activations(host)).toEqual(['coder: execute-step', 'coder: fix', 'coder: fix'])
    expect(activationOf(host.inferences.find((seen) => activationOf(seen)?.phase === 'fix'))?.findings).toEqual({ tests: ['a.test.ts:4 adds: expected 3'], diagnostics: ['a.ts:1 no such name'], review: '' })
    expect(run.output).toMatchObject({ success: false, summary: 'Tried.\n\nTried again.\n\nAnd again.\n\nTests still fail: a.test.ts:4 adds: expected 3\n\nNot committed, because of what is not resolved.' })
  })

  test('is not looked at again where the fixing agent did nothing', async () => {
    const { driver, host } = setUp({
      model: scripted({ 'coder: execute-step': [EDIT, answer('Tried.')], 'coder: fix': [READ, answer('I cannot.')] }),
      tools: writes,
      effects: { validate: () => broken },
    })
    const run = await driver.start('execute-task', 'brain/task.requested', editing('fix the sum in a.ts'))
    expect(activations(host)).toEqual(['coder: execute-step', 'coder: fix'])
    expect(run.output).toMatchObject({ success: false, summary: 'Tried.\n\nI cannot.\n\nTests still fail: a.test.ts:4 adds: expected 3' })
  })

  test.each([
    ['TIMEOUT', false, 'Tests still fail: TIMEOUT: too slow'],
    ['DENIED', true, 'The tests were not run: they were not allowed'],
  ])('tests that did not run because of %s: success %s, and it is said', async (code, success, sentence) => {
    const { driver } = setUp({
      model: scripted({ 'coder: execute-step': [EDIT, answer('Fixed.')], 'coder: fix': [answer('')], 'reviewer: review': [APPROVED] }),
      tools: writes,
      effects: { validate: () => ({ testsError: { code, message: 'too slow' }, diagnostics: { errors: 0, warnings: 0, items: [] }, filesModified: ['a.ts'] }) },
    })
    const run = await driver.start('execute-task', 'brain/task.requested', editing('fix a.ts'))
    expect(run.output).toMatchObject({ success, summary: `Fixed.\n\n${sentence}` })
  })

  test('a project without tests is no failure', async () => {
    const { driver } = setUp({
      model: scripted({ 'coder: execute-step': [EDIT, answer('Fixed.')], 'reviewer: review': [APPROVED] }),
      tools: writes,
      effects: { validate: () => ({ testsError: { code: 'NO_TEST_RUNNER', message: 'none' }, diagnostics: { errors: 0, warnings: 1, items: ['w'] }, filesModified: ['a.ts'] }) },
    })
    const run = await driver.start('execute-task', 'brain/task.requested', editing('fix a.ts'))
    expect(run.output).toMatchObject({ success: true, validation: { diagnostics: { errors: 0, warnings: 1 } } })
  })

  test('a reviewer that never answers in its form does not decide', async () => {
    const { driver, host } = setUp({ model: scripted({ 'coder: execute-step': [EDIT, answer('Fixed.')], 'reviewer: review': [answer('Looks good to me!')] }), tools: writes })
    const run = await driver.start('execute-task', 'brain/task.requested', editing('fix a.ts'))
    expect(run.output).toEqual({ success: true, summary: 'Fixed.', filesModified: ['a.ts'], validation: VALIDATION })
    expect(host.inferences.filter((seen) => seen.request.agent === 'reviewer').map((seen) => seen.request.json)).toEqual([false, true, true])
  })
})

test('a change that a chat made is validated like any other', async () => {
  const { driver, host } = setUp({ model: scripted({ 'coder: answer': [EDIT, answer('Gemacht.')], 'reviewer: review': [APPROVED] }), tools: writes })
  await driver.start('execute-task', 'brain/task.message', roundRequest({ text: 'Bitte in a.ts', round: 2, history: [{ text: 'x', summary: 'y', filesModified: [] }] }))
  expect(activations(host)).toEqual(['coder: answer', 'reviewer: review'])
  expect(activationOf(host.inferences[0])?.history).toEqual([{ text: 'x', summary: 'y', filesModified: [] }])
})

test('in plan mode the plan is the answer, and nothing is done', async () => {
  const { driver, host } = setUp({ model: scripted({ 'planner: plan': [answer('{"steps":[{"id":"1","title":"fix a","agent":"coder","files":["a.ts"]}]}')] }) })
  const request = editing('fix a.ts')
  const run = await driver.start('execute-task', 'brain/task.requested', { ...request, header: { ...request.header, mode: 'plan' } })
  expect(run.output).toEqual({ success: true, summary: '1. fix a (a.ts)', filesModified: [] })
  expect(host.inferences).toHaveLength(1)
})

test('a model call that fails for good ends the round with its code', async () => {
  const { driver, host } = setUp({ model: () => ({ state: 'failed', error: { code: 'PROVIDER_AUTH', message: 'The key was refused.' } }) })
  const run = await driver.start('execute-task', 'brain/task.requested', roundRequest())
  expect(run.status).toBe('completed')
  expect(host.effects.at(-1)).toMatchObject({ name: 'fail-round', input: { error: { code: 'PROVIDER_AUTH', message: 'The key was refused.' } } })
})

test('a plan step that fails ends the round with its code', async () => {
  const { driver, host } = setUp({
    model: scripted({
      'planner: plan': [answer('{"steps":[{"id":"1","title":"fix a","agent":"coder"},{"id":"2","title":"fix b","agent":"coder"}]}')],
      'coder: execute-step': [{ state: 'failed', error: { code: 'CONTEXT_TOO_LONG', message: 'Too long.' } }],
    }),
  })
  await driver.start('execute-task', 'brain/task.requested', editing('fix a.ts and b.ts'))
  expect(host.effects.at(-1)).toMatchObject({ name: 'fail-round', input: { error: { code: 'CONTEXT_TOO_LONG', message: 'Too long.' } } })
})

test('a task of 120 model calls finishes, each turn adding only what is new', async () => {
  const { driver, host } = setUp({ model: (_seen, count) => (count < 120 ? READ : answer('Read them all.')) })
  const run = await driver.start('execute-task', 'brain/task.requested', roundRequest({ intent: 'explain_code', text: 'read all' }))
  expect(run).toMatchObject({ status: 'completed', requests: 1, output: { summary: 'Read them all.' } })
  expect(host.inferences).toHaveLength(120)
  expect(Math.max(...host.inferences.map((seen) => seen.request.append.length))).toBeLessThanOrEqual(2)
  expect(host.progressBodies.filter((body) => body.type === 'handoff')).toHaveLength(11)
})
