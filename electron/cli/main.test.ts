import * as fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ERROR_TABLE, RainyError, type ErrorCode } from '../../shared/errors.ts'
import type { ProgressBody } from '../../shared/progress.ts'
import { COMMANDS } from './command-list.ts'
import { createFakeIo, type FakeIo } from './io.fake.ts'
import { main } from './main.ts'
import { createFakeSession, DETAIL, type FakeSession } from './session.fake.ts'

const DONE: ProgressBody = { type: 'complete', result: { success: true, summary: 'made it', filesModified: [] } }
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

interface Ran {
  status: number
  io: FakeIo
  opened: string[]
}

async function rainy(argv: string[], session: FakeSession = createFakeSession(), io: FakeIo = createFakeIo()): Promise<Ran> {
  const opened: string[] = []
  const status = await main({
    argv,
    env: { RAINY_DATA_DIR: join(dir, 'data') },
    cwd: dir,
    io,
    version: '1.2.3',
    openSession: async (need, { kind }) => {
      opened.push(`${kind} ${need}`)
      return session
    },
    startServer: async (_session, _workspace, { port, ui, signal }) => {
      const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      setTimeout(() => io.interrupt(), 1)
      return { url: `http://127.0.0.1:${port || 4242}`, token: 'tok', ...(ui ? { app: 'http://127.0.0.1:4242/#code=x' } : {}), ended }
    },
  })
  return { status, io, opened }
}

describe('usage', () => {
  test('help for everything goes to stdout and opens nothing', async () => {
    for (const argv of [['--help'], ['-h'], ...COMMANDS.map(({ name }) => [name, '--help'])]) {
      const { status, io, opened } = await rainy(argv)
      expect([status, io.stderr, opened, io.stdout.startsWith(argv.length === 1 ? 'Rainy Brain' : `Usage: rainy ${argv[0] ?? ''}`)]).toEqual([0, '', [], true])
    }
  })

  test('--version prints it', async () => {
    const { status, io } = await rainy(['--version'])
    expect([status, io.stdout]).toEqual([0, '1.2.3\n'])
  })

  test('without a command a person is shown the help, a program is told', async () => {
    expect((await rainy([])).status).toBe(2)
    const person = await rainy([], createFakeSession(), createFakeIo({ interactive: true }))
    expect([person.status, person.io.stdout.includes('Commands:')]).toEqual([0, true])
  })

  test.each([['rewind', 'abc', '--to', '1'], ['run', '--detach', 'x']])('%s is not here yet and says so', async (...argv) => {
    const { status, io, opened } = await rainy(argv)
    expect([status, opened, io.stderr]).toEqual([2, [], expect.stringContaining('comes with a later version')])
  })

  test('nonsense never crashes, never opens a session, and exits 2', async () => {
    const bad = fc.constantFrom(['--nope'], ['nope'], ['run', '--mode', 'x', 'y'], ['run', '--priority', 'soon', 'x'], ['run'], ['run', '-'], ['tool', 'read_file', '{'], ['decide', 'x', 'maybe'], ['serve', '--port', '70000'], ['serve', '--port', '-1'], ['tasks', '--limit', '0'], ['tasks', '--limit', '1.5'], ['show'], ['tasks', '--workspace='], ['show', 'x', '--json=1'])
    await fc.assert(
      fc.asyncProperty(bad, fc.array(fc.constantFrom('--json', '--trust'), { maxLength: 2 }), async (argv, more) => {
        const { status, io, opened } = await rainy([...more, ...argv])
        expect([status, io.stdout, opened]).toEqual([2, '', []])
        expect(io.stderr).toMatch(/^rainy: .*\nTry `rainy.* --help`\.\n$/)
      }),
      { numRuns: 60 },
    )
  })

  test('every error has its exit status, its message and its code on stderr', async () => {
    for (const code of Object.keys(ERROR_TABLE) as ErrorCode[]) {
      const session = createFakeSession({
        'tasks.cancel': () => {
          throw new RainyError(code, 'it \u001B[31mwent wrong')
        },
      })
      const { status, io } = await rainy(['cancel', 'x'], session)
      expect([status, io.stdout, io.stderr]).toEqual([ERROR_TABLE[code].exit, '', `rainy: it went wrong [${code}]\n`])
    }
  })

  test('a mistake of ours is INTERNAL, and the session is closed', async () => {
    const session = createFakeSession({
      'tasks.list': () => {
        throw new TypeError('x is not a function')
      },
    })
    const { status, io } = await rainy(['tasks'], session)
    expect([status, io.stderr, session.closed]).toEqual([1, 'rainy: x is not a function [INTERNAL]\n', [{ now: true }]])
  })
})

describe('run', () => {
  test('starts a task in the workspace, follows it and closes', async () => {
    const session = createFakeSession()
    session.push(DONE)
    const { status, io, opened } = await rainy(['run', 'fix', 'it', '--workspace', 'sub', '--yes', '--file', 'a.ts'], session)
    expect([status, opened, session.closed]).toEqual([0, ['command drive'], [{ now: false }]])
    expect(session.calls[0]).toEqual(['tasks.start', { task: 'fix it', workspace: join(dir, 'sub'), files: [join(dir, 'sub/a.ts')], options: { mode: 'full-auto', trust: true } }])
    expect(io.stdout).toBe('✓ done\nmade it\n')
  })

  test.each([[['run', '-'], 'from stdin'], [['run'], 'from stdin'], [['run', 'do this:'], 'do this:\n\nfrom stdin'], [['run', 'do this:', '-'], 'do this:\n\nfrom stdin']])('%j adds what is piped in', async (argv, task) => {
    const session = createFakeSession()
    session.push(DONE)
    await rainy(argv, session, createFakeIo({ piped: 'from stdin\n' }))
    expect(session.calls.find(([name]) => name === 'tasks.start')?.[1]).toMatchObject({ task })
  })

  test('-c sends a message to the last task here, or to the one that is named', async () => {
    const session = createFakeSession({ 'tasks.list': () => [DETAIL] })
    session.push(DONE)
    await rainy(['run', '-c', 'and now this'], session)
    await rainy(['run', '-c', 'bcdf23', 'and that'], session)
    await rainy(['run', 'and those', '--continue'], session)
    expect(session.calls.filter(([name]) => name === 'tasks.message').map(([, input]) => input)).toEqual([
      { taskId: 'tsk', text: 'and now this', files: [], options: {} },
      { taskId: 'bcdf23', text: 'and that', files: [], options: {} },
      { taskId: 'tsk', text: 'and those', files: [], options: {} },
    ])
    const none = await rainy(['run', '-c', 'x'])
    expect([none.status, none.io.stderr]).toEqual([2, expect.stringContaining('[TASK_NOT_FOUND]')])
  })

  test('on a terminal an untrusted folder that holds something is asked for first', async () => {
    writeFileSync(join(dir, 'package.json'), '{}')
    const untrusted = (): FakeSession => createFakeSession({ 'trust.get': () => ({ dir, trusted: false }) })
    const yes = untrusted()
    yes.push(DONE)
    expect((await rainy(['run', 'x'], yes, createFakeIo({ interactive: true, typed: ['y'] }))).status).toBe(0)
    expect(yes.calls.find(([name]) => name === 'tasks.start')?.[1]).toMatchObject({ options: { trust: true } })
    const no = untrusted()
    const refused = await rainy(['run', 'x'], no, createFakeIo({ interactive: true, typed: ['n'] }))
    expect([refused.status, refused.io.stderr, no.calls.map(([name]) => name)]).toEqual([3, expect.stringContaining('[UNTRUSTED_WORKSPACE]'), ['trust.get']])
    const piped = untrusted()
    piped.push({ type: 'parked', reason: 'trust', next: `rainy trust ${dir} && rainy resume tsk` })
    const parked = await rainy(['run', 'x'], piped)
    expect([parked.status, parked.io.stdout]).toEqual([3, `parked: the folder is not trusted\n  go on with: rainy trust ${dir} && rainy resume tsk\n`])
  })

  test('other interrupted tasks are mentioned in one line and not touched', async () => {
    const session = createFakeSession({ 'tasks.list': () => [{ ...DETAIL, id: 'other', status: 'interrupted' }, { ...DETAIL, id: 'tsk' }] })
    session.push(DONE)
    const { io } = await rainy(['run', 'x'], session)
    expect(io.stderr).toBe('1 other task here was interrupted; `rainy resume` goes on.\n')
    expect(session.calls.some(([name]) => name === 'tasks.resume')).toBe(false)
  })

  test('with --json stdout has the events alone', async () => {
    const session = createFakeSession()
    session.push(DONE)
    const { io } = await rainy(['run', 'x', '--json'], session)
    expect(io.stdout.split('\n').map((line) => line && (JSON.parse(line) as { type: string }).type)).toEqual(['complete', ''])
  })
})

describe('the other commands', () => {
  test('resume without an id takes this folder, shows one after another and exits with the worst', async () => {
    const session = createFakeSession({ 'tasks.resume': () => ({ taskIds: ['one', 'two'] }) })
    session.push({ type: 'failed', error: { code: 'INTERNAL', message: 'x' }, recoverable: false })
    expect((await rainy(['resume', '--mode', 'full-auto', '--budget', '2'], session)).status).toBe(1)
    expect(session.calls[0]).toEqual(['tasks.resume', { workspace: expect.stringContaining('cli-'), options: { mode: 'full-auto', budgetUsd: 2 } }])
    const nothing = await rainy(['resume'], createFakeSession({ 'tasks.resume': () => ({ taskIds: [] }) }))
    expect([nothing.status, nothing.io.stderr]).toEqual([0, 'There is nothing to resume in this folder.\n'])
  })

  test.each([
    [['approve', 'a', '--always'], { approvalId: 'a', decision: 'approve', always: true }],
    [['deny', 'a'], { approvalId: 'a', decision: 'deny', always: false }],
    [['decide', 'a', 'rerun'], { approvalId: 'a', decision: 'rerun', always: false }],
  ])('%j decides', async (argv, input) => {
    const approval = { id: 'abc', taskId: 'tsk', kind: 'approval', status: 'approved', decision: 'approve', tool: 'run_command', args: {}, preview: 'make', workspace: '/w', createdAt: 1 }
    const session = createFakeSession({ 'approvals.decide': () => approval })
    const { status, io, opened } = await rainy(argv, session)
    expect([status, opened, session.calls, io.stdout]).toEqual([0, ['command decide'], [['approvals.decide', input]], 'approve: run_command make\nGo on with: rainy resume tsk\n'])
    expect(JSON.parse((await rainy([...argv, '--json'], session)).io.stdout)).toEqual(approval)
  })

  test('tasks, show, approvals, tools and models print one JSON value, reading where reading is enough', async () => {
    const session = createFakeSession({ 'tools.list': () => [], 'models.list': () => ({ roles: {}, providers: [] }) })
    const all = await Promise.all(['tasks', 'show', 'approvals', 'tools', 'models'].map(async (name) => [name, await rainy([name, ...(name === 'show' ? ['tsk'] : []), '--json'], session)] as const))
    expect(all.map(([name, { status, io, opened }]) => [name, status, JSON.parse(io.stdout) as unknown, opened[0]])).toEqual([
      ['tasks', 0, [], 'command read'],
      ['show', 0, { ...DETAIL }, 'command read'],
      ['approvals', 0, [], 'command read'],
      ['tools', 0, [], 'command decide'],
      ['models', 0, { roles: {}, providers: [] }, 'command decide'],
    ])
  })

  test('tool prints the result, or the error and exits 1', async () => {
    const good = createFakeSession({ 'tools.run': () => ({ result: { content: 'x' } }) })
    const ran = await rainy(['tool', 'read_file', '{"path":"a"}', '--json'], good)
    expect([ran.status, ran.io.stdout, good.calls]).toEqual([0, '{"content":"x"}\n', [['tools.run', { workspace: dir, call: { tool: 'read_file', args: { path: 'a' } } }]]])
    const bad = await rainy(['tool', 'nope', '--json'], createFakeSession({ 'tools.run': () => ({ error: { code: 'UNKNOWN_TOOL', message: 'no' } }) }))
    expect([bad.status, bad.io.stdout]).toEqual([1, '{"error":{"code":"UNKNOWN_TOOL","message":"no"}}\n'])
    const thrown = createFakeSession({
      'tools.run': () => {
        throw new RainyError('UNTRUSTED_WORKSPACE', 'no')
      },
    })
    expect((await rainy(['tool', 'run_tests', '--json'], thrown)).io.stdout).toBe('{"error":{"code":"UNTRUSTED_WORKSPACE","message":"no"}}\n')
  })

  test('trust trusts the folder that is named, or takes it back', async () => {
    const session = createFakeSession({ 'trust.set': (input) => input })
    const { io } = await rainy(['trust', 'sub'], session)
    await rainy(['trust', '--revoke', '--json'], session)
    expect([session.calls, io.stdout]).toEqual([[['trust.set', { dir: join(dir, 'sub'), trusted: true }], ['trust.set', { dir, trusted: false }]], `${join(dir, 'sub')} is trusted, and all below it\n`])
  })

  test('diff goes to a pipe as it is', async () => {
    const text = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+b\n'
    const session = createFakeSession({ 'tasks.diff': () => ({ diff: text }) })
    expect((await rainy(['diff', 'tsk'], session)).io.stdout).toBe(text)
    expect(JSON.parse((await rainy(['diff', 'tsk', '--json'], session)).io.stdout)).toEqual({ diff: text })
  })

  test('serve says where it listens on one line and stays until it is stopped', async () => {
    const session = createFakeSession()
    const { status, io, opened } = await rainy(['serve', '--port', '8080'], session)
    expect([status, opened, io.stdout, session.closed]).toEqual([130, ['serve drive'], `{"url":"http://127.0.0.1:8080","token":"tok","pid":${process.pid}}\n`, [{ now: true }]])
    const ui = await rainy(['serve', '--ui'])
    expect(JSON.parse(ui.io.stdout)).toMatchObject({ app: 'http://127.0.0.1:4242/#code=x' })
  })

  test('a configuration that is wrong stops doctor with exit 2', async () => {
    const { mkdirSync } = await import('node:fs')
    mkdirSync(join(dir, 'data'))
    writeFileSync(join(dir, 'data/config.json'), '{ "limits": 1 }')
    const { status, io } = await rainy(['doctor'])
    expect([status, io.stderr]).toEqual([2, expect.stringMatching(/config\.json:1:13: .*\[CONFIG_INVALID\]\n$/)])
  })
})
