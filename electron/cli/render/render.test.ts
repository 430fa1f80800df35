import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProgressBody, ProgressEvent } from '../../../shared/progress.ts'
import type { TaskDetail } from '../../../shared/tasks.ts'
import { describeTask } from '../commands/show.ts'
import { createFakeIo, type FakeIo } from '../io.fake.ts'
import { DETAIL } from '../session.fake.ts'
import { createRenderer } from './renderer.ts'
import { safeLine, safeText } from './safe-text.ts'
import { ago, cost, count, createStyle, duration } from './style.ts'

function show(io: FakeIo, bodies: ProgressBody[], json = false): string {
  const renderer = createRenderer(io, json)
  bodies.forEach((body, at) => renderer.event({ seq: at + 1, taskId: 't', ts: 1, ...body } as ProgressEvent))
  renderer.end()
  return io.stdout
}

const TASK: ProgressBody[] = [
  { type: 'status', status: 'running' },
  { type: 'plan', steps: [{ id: 's1', title: 'Add a test', agent: 'coder', dependsOn: [], files: [] }] },
  { type: 'step', step: 1, total: 2, message: 'Add a test', agent: 'coder' },
  { type: 'token', messageId: 'm1', attempt: 1, agent: 'coder', text: 'I will ' },
  { type: 'token', messageId: 'm1', attempt: 1, agent: 'coder', text: 'look.' },
  { type: 'message', messageId: 'm1', agent: 'coder', text: 'I will look.' },
  { type: 'tool', callId: 'c1', tool: 'read_file', status: 'pending', args: { path: 'a.ts' } },
  { type: 'tool', callId: 'c1', tool: 'read_file', status: 'success', durationMs: 3, summary: '12 lines' },
  { type: 'tool', callId: 'c2', tool: 'run_command', status: 'pending', args: { command: 'npm test' } },
  { type: 'output', callId: 'c2', text: 'one\ntw' },
  { type: 'output', callId: 'c2', text: 'o\nthree' },
  { type: 'tool', callId: 'c2', tool: 'run_command', status: 'error', durationMs: 1500, error: { code: 'TIMEOUT', message: 'took too long' } },
  { type: 'approval', approvalId: 'a1', status: 'pending', tool: 'run_command', preview: 'rm -rf x\n' },
  { type: 'approval', approvalId: 'a1', status: 'denied', decision: 'deny', tool: 'run_command', preview: 'rm -rf x' },
  { type: 'tool', callId: 'c3', tool: 'run_command', status: 'denied', args: { command: 'rm -rf x' }, error: { code: 'DENIED', message: 'no' } },
  { type: 'tool', callId: 'c4', tool: 'git_commit', status: 'unknown', args: { message: 'wip' } },
  { type: 'handoff', from: 'coder', to: 'reviewer', context: { filesModified: [], currentState: '', remainingTasks: [] }, reason: 'done' },
  { type: 'checkpoint', checkpoint: 1, files: ['a.ts', 'b.ts'] },
  { type: 'usage', model: 'p/m', inputTokens: 1200, outputTokens: 34, costUsd: 0.01, totalCostUsd: 0.01 },
  { type: 'recovered', reason: 'restart', stepId: 'infer' },
  { type: 'status', status: 'waiting', reason: 'rate limit', until: 0 },
  { type: 'complete', result: { success: true, summary: 'Added it.', filesModified: ['a.ts'], validation: { tests: { runner: 'npm', passed: 3, failed: 0, skipped: 1 }, diagnostics: { errors: 0, warnings: 1 }, review: { approved: true, comments: '' } } } },
]

describe('plain lines', () => {
  test('tell a whole task', () => {
    expect(show(createFakeIo(), TASK).split('\n')).toEqual([
      'Plan:',
      '  1. Add a test (coder)',
      '[1/2] Add a test coder',
      'coder:',
      'I will look.',
      '  ✓ read_file a.ts 12 lines (3 ms)',
      '    one',
      '    two',
      '    three',
      '  ✗ run_command npm test: took too long (1.5 s)',
      'needs a decision: run_command (a1)',
      '    rm -rf x',
      'run_command: deny (a1)',
      '  ⊘ run_command rm -rf x: no',
      '  ? git_commit wip: nobody knows whether it has run',
      'coder hands to reviewer: done',
      'checkpoint 1: a.ts, b.ts',
      'went on after a restart (at infer)',
      'waiting: rate limit',
      '✓ done (tests: 3 passed, 0 failed, 1 skipped; diagnostics: 0 errors, 1 warning; review: approved)',
      'Added it.',
      'changed: a.ts',
      '',
    ])
  })

  test.each([
    [{ type: 'failed', error: { code: 'PROVIDER_AUTH', message: 'bad key' }, recoverable: false }, ['✗ failed: bad key [PROVIDER_AUTH]']],
    [{ type: 'cancelled', reason: 'enough' }, ['cancelled: enough']],
    [{ type: 'interrupted', reason: 'stopped', next: 'rainy resume t' }, ['interrupted: stopped', '  go on with: rainy resume t']],
    [{ type: 'parked', reason: 'in-doubt', next: 'rainy decide a rerun' }, ['parked: nobody knows whether a command has run to its end', '  go on with: rainy decide a rerun']],
    [{ type: 'handoff', from: 'coder', to: 'coder', context: { filesModified: [], currentState: '', remainingTasks: [] }, reason: 'limit' }, ['coder goes on: limit']],
  ] as Array<[ProgressBody, string[]]>)('%j', (body, lines) => expect(show(createFakeIo(), [body]).trimEnd().split('\n')).toEqual(lines))

  test('a plan is shown as a plan, not as the JSON it came in', () => {
    const text = '{"steps":[{"id":"1"}]}'
    expect(show(createFakeIo(), [{ type: 'message', messageId: 'm', agent: 'planner', text }])).toBe('')
    expect(show(createFakeIo({ live: true }), [{ type: 'token', messageId: 'm', attempt: 1, agent: 'planner', text: text.slice(0, 5) }, { type: 'token', messageId: 'm', attempt: 1, agent: 'planner', text: text.slice(5) }, { type: 'message', messageId: 'm', agent: 'planner', text }])).not.toContain('steps')
  })

  test('what the person said is shown as theirs, and never hides the answer', () => {
    const said = show(createFakeIo(), [{ type: 'message', messageId: 't.user.2', agent: 'user', text: '{"steps":1}' }, { type: 'complete', result: { success: true, summary: '{"steps":1}', filesModified: [] } }])
    expect(said).toMatch(/^you:\n\{"steps":1\}\n/)
    expect(said.match(/steps/g)).toHaveLength(2)
  })

  test('a summary that was just read as the answer is not repeated', () => {
    const said = show(createFakeIo(), [{ type: 'message', messageId: 'm', agent: 'coder', text: 'Hi!\n' }, { type: 'complete', result: { success: true, summary: 'Hi!', filesModified: [] } }])
    expect(said).toBe('coder:\nHi!\n✓ done\n')
  })
})

describe('on a terminal', () => {
  /** What is left on the screen: each status line was erased before anything else was written. */
  const screen = (text: string): string[] =>
    text.split('\n').map((line) => line.split('\r\u001B[2K').at(-1) ?? '')

  test('tokens stream, tools fold, and no status line is left behind', () => {
    const lines = screen(show(createFakeIo({ live: true }), TASK))
    expect(lines.slice(2, 12)).toEqual(['[1/2] Add a test coder', 'coder:', 'I will look.', '  ✓ read_file a.ts 12 lines (3 ms)', '  ✗ run_command npm test: took too long (1.5 s)', '    one', '    two', '    three', 'needs a decision: run_command (a1)', '    rm -rf x'])
    expect(lines.slice(-4)).toEqual(['✓ done (tests: 3 passed, 0 failed, 1 skipped; diagnostics: 0 errors, 1 warning; review: approved)', 'Added it.', 'changed: a.ts', ''])
  })

  test('the status line says what runs and never wraps', () => {
    const io = createFakeIo({ live: true, columns: 40 })
    const renderer = createRenderer(io, false)
    const send = (body: ProgressBody): void => renderer.event({ seq: 1, taskId: 't', ts: 1, ...body } as ProgressEvent)
    send({ type: 'step', step: 2, total: 5, message: 'x', agent: 'coder' })
    send({ type: 'tool', callId: 'c', tool: 'run_command', status: 'pending', args: { command: 'npm test -- --reporter=verbose --watch' } })
    const line = io.stdout.split('\r\u001B[2K').at(-1) ?? ''
    expect([line.startsWith('⠋ coder · step 2/5 · run_command npm'), [...line].length]).toEqual([true, 39])
  })

  test('an answer that begins again says so; two that come at once do not mix', () => {
    const token = (messageId: string, attempt: number, text: string): ProgressBody => ({ type: 'token', messageId, attempt, agent: messageId, text })
    const text = show(createFakeIo({ live: true }), [token('a', 1, 'wro'), token('b', 1, 'other'), token('a', 2, 'right'), { type: 'message', messageId: 'a', agent: 'a', text: 'right' }, { type: 'message', messageId: 'b', agent: 'b', text: 'other' }])
    expect(screen(text)).toEqual(['a:', 'wro', '(the answer begins again)', 'right', 'b:', 'other', ''])
  })

  test('colours come only where they are wanted', () => {
    expect(show(createFakeIo({ live: true, colors: true }), TASK)).toContain('\u001B[32m✓')
    expect(show(createFakeIo({ live: true }), TASK)).not.toContain('\u001B[3')
  })
})

describe('text of others', () => {
  const hostile = fc.array(fc.oneof(fc.string(), fc.constantFrom('\u001B]0;title\u0007', '\u001B[2J', '\u001B[31m', '\u001BP1$q\u001B\\', '\u009B31m', '\r', '\u0008', '\u202E', '\u001B', '\u001Bc', '\u{E0041}', '\u001B]8;;http://x\u001B\\link\u001B]8;;\u001B\\')), { maxLength: 8 }).map((parts) => parts.join(''))
  const dangerous = (text: string): boolean => [...text].some((character) => (/\p{Cc}/u.test(character) && character !== '\n' && character !== '\t') || /[\u202A-\u202E\u2066-\u2069]/.test(character))

  test('nothing of it reaches the terminal as a command', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect([dangerous(safeText(text)), dangerous(safeLine(text)), /\n/.test(safeLine(text))]).toEqual([false, false, false])
      }),
    )
    expect([safeText('a\u001B[31mred\u001B[0m\r\nb\u001B]0;evil\u0007c'), safeLine('x\n\n  y', 3)]).toEqual(['ared\nbc', 'x y'])
  })

  test('whatever an event says, plain and live rendering stay harmless', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const bodies: ProgressBody[] = [
          { type: 'step', step: 1, total: 1, message: text, agent: text },
          { type: 'token', messageId: 'm', attempt: 1, agent: text, text },
          { type: 'message', messageId: 'n', agent: text, text },
          { type: 'tool', callId: 'c', tool: 'run_command', status: 'pending', args: { command: text } },
          { type: 'output', callId: 'c', text },
          { type: 'tool', callId: 'c', tool: 'run_command', status: 'error', error: { code: 'TIMEOUT', message: text } },
          { type: 'approval', approvalId: 'a', status: 'pending', tool: 'x', preview: text },
          { type: 'parked', reason: 'approval', next: text },
          { type: 'complete', result: { success: true, summary: text, filesModified: [text] } },
        ]
        expect(dangerous(show(createFakeIo(), bodies))).toBe(false)
        expect(dangerous(show(createFakeIo({ live: true }), bodies).replaceAll('\r\u001B[2K', ''))).toBe(false)
      }),
    )
  })
})

test('show lays a task out', () => {
  const task: TaskDetail = {
    ...DETAIL,
    status: 'parked',
    reason: 'approval',
    plan: { steps: [{ id: 's1', title: 'Write it', agent: 'coder', dependsOn: [], files: [] }, { id: 's2', title: 'Commit', agent: 'terminal', dependsOn: ['s1'], files: [] }] },
    steps: [{ step: 1, total: 2, message: 'Write it', agent: 'coder', ts: 1 }],
    toolCalls: [{ callId: 'c', tool: 'edit_file', status: 'success', summary: '1 edit', durationMs: 12 }, { callId: 'd', tool: 'run_command', status: 'pending' }],
    changes: [{ path: 'a.ts', added: 3, removed: 1, status: 'modified' }],
    checkpoints: [{ checkpoint: 1, files: ['a.ts'], ts: 1 }],
    usage: { inputTokens: 12_345, outputTokens: 678, costUsd: 0.0123, modelCalls: 4 },
    next: 'rainy approve a1',
  }
  expect(describeTask(task, createStyle(false), DETAIL.updatedAt + 5000)).toEqual([
    'do it', '',
    'id         tsk',
    'status     parked (approval)',
    'workspace  /w',
    'mode       ask, edit_code, round 1',
    'started    1 min ago, last change just now',
    'usage      4 model calls, 12.3k tokens in, 678 out, $0.01',
    '', 'Plan:', '  s1  Write it (coder)', '  s2  Commit (terminal, after s1)',
    '', 'Steps:', '  [1/2] Write it coder',
    '', 'Tool calls:', '  ✓ edit_file 1 edit (12 ms)', '  … run_command',
    '', 'Changes:', '  M a.ts +3 -1',
    '', 'Checkpoints:', '  1  a.ts',
    '', 'Next:', '  rainy approve a1',
  ])
})

test('figures are written for people', () => {
  expect([duration(12), duration(1234), duration(125_000), ago(1), ago(7_200_000), ago(3 * 86_400_000), count(999), count(1500), count(2_000_000), cost(null), cost(0), cost(0.0012), cost(1.5)]).toEqual(['12 ms', '1.2 s', '2 min 5 s', 'just now', '2 h ago', '3 d ago', '999', '1.5k', '2.0M', 'price unknown', '$0', '$0.0012', '$1.50'])
})
