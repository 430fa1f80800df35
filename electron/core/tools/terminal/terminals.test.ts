import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { systemIds } from '../../platform/ids.ts'
import { silentLog } from '../../platform/log.ts'
import { loadPty } from './start-process.ts'
import { createTerminals } from './terminals.ts'
import type { CommandResult, Terminals } from './types.ts'

const never = new AbortController().signal

describe.each([
  ['a pty', loadPty],
  ['pipes', () => undefined],
])('on %s', (kind, load) => {
  let cwd: string
  let terminals: Terminals

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'terminals-'))
    const env = { PATH: process.env['PATH'], HOME: cwd, SHELL: '/bin/sh', OPENAI_API_KEY: 'sk-secret', GITHUB_TOKEN: 't', LC_TIME: 'C' }
    terminals = createTerminals({ env, log: silentLog, clock: systemClock, ids: systemIds, loadPty: load })
  })
  afterEach(async () => {
    await terminals.dispose()
    rmSync(cwd, { recursive: true })
  })
  const run = (command: string, more: { timeoutMs?: number; signal?: AbortSignal; env?: Record<string, string>; onOutput?: (text: string) => void } = {}): Promise<CommandResult> =>
    terminals.run({ command, cwd, signal: never, ...more })
  const pidIn = (file: string): number => Number(readFileSync(join(cwd, file), 'utf8'))
  const lives = (pid: number): boolean => {
    try {
      // A zombie has ended.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }

  test('node-pty is there exactly where it is said to be', () => {
    expect(terminals.ptyAvailable()).toBe(kind === 'a pty')
  })

  test('a command gives its exit code and both of its outputs in order', async () => {
    const live: string[] = []
    const result = await run('printf "one\\n"; printf "two\\n" >&2; exit 3', { onOutput: (text) => live.push(text) })
    expect(result).toEqual({ exitCode: 3, output: 'one\ntwo\n', truncated: false, durationMs: expect.any(Number) })
    expect(live.join('')).toBe('one\ntwo\n')
  })

  test('a command that ends by a signal says which', async () => {
    expect(await run('kill -KILL $$')).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
  })

  test('the environment has no secret and nothing that would ask', async () => {
    const { output } = await run('env', { env: { EXTRA: 'x', RAINY_AGENT: '0' } })
    expect(output).not.toContain('sk-secret')
    expect(output).not.toContain('GITHUB_TOKEN')
    for (const line of ['LC_TIME=C', 'EXTRA=x', 'RAINY_AGENT=1', 'GIT_TERMINAL_PROMPT=0', `HOME=${cwd}`]) expect(output.split('\n')).toContain(line)
  })

  test('standard input is empty', async () => {
    expect(await run('cat; read line || echo end')).toMatchObject({ exitCode: 0, output: 'end\n' })
  })

  test('quick commands lose none of their output', async () => {
    for (let turn = 0; turn < 10; turn += 1) expect((await run('seq 1 3000')).output).toBe(Array.from({ length: 3000 }, (_, n) => `${n + 1}\n`).join(''))
  })

  test('long output keeps its beginning and its end', async () => {
    const { output, truncated } = await run('seq 1 200000')
    expect(truncated).toBe(true)
    expect(Buffer.byteLength(output)).toBeLessThan(66_000)
    expect(output.startsWith('1\n2\n3\n')).toBe(true)
    expect(output.endsWith('199999\n200000\n')).toBe(true)
    expect(output).toMatch(/\n… \d+ bytes left out …\n/)
  })

  test('a command past its time is stopped, with all that it started', async () => {
    const failure = run('sleep 300 & echo $! > pid; echo begun; wait', { timeoutMs: 400 })
    await expect(failure).rejects.toMatchObject({ code: 'TIMEOUT', details: { output: 'begun\n' } })
    expect(lives(pidIn('pid'))).toBe(false)
  })

  test('a cancelled command leaves no process behind, not even one that ignores the request', async () => {
    const abort = new AbortController()
    const failure = run('trap "" TERM HUP INT; echo $$ > pid; echo ready; while :; do sleep 1; done', { signal: abort.signal, onOutput: () => abort.abort() })
    await expect(failure).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(lives(pidIn('pid'))).toBe(false)
  })

  test('a child in the background does not keep the command open, and ends with it', async () => {
    const result = await run('(trap "" HUP; exec sleep 300) & echo $! > pid; echo done')
    expect(result).toMatchObject({ exitCode: 0, output: 'done\n' })
    expect(result.durationMs).toBeLessThan(3000)
    expect(lives(pidIn('pid'))).toBe(false)
  })

  test.runIf(process.platform === 'linux')('a child that left for a session of its own ends too', async () => {
    await run('setsid sh -c \'echo $$ > pid; exec sleep 300\' >/dev/null 2>&1 & while [ ! -s pid ]; do sleep 0.02; done')
    expect(lives(pidIn('pid'))).toBe(false)
  })

  test('no more commands run at once than allowed, and one that waits can be cancelled', async () => {
    const end = new AbortController()
    const long = [run('sleep 300', { signal: end.signal }), run('sleep 300', { signal: end.signal })]
    const abort = new AbortController()
    const third = run('touch third', { signal: abort.signal })
    setTimeout(() => abort.abort(), 50)
    await expect(third).rejects.toMatchObject({ code: 'CANCELLED' })
    end.abort()
    await Promise.allSettled(long)
    expect(await run('ls')).toMatchObject({ output: '' })
  })

  test.each([
    ['COMMAND_EMPTY', { command: ' \n' }],
    ['PATH_HAS_NUL', { command: 'echo \0' }],
    ['PATH_HAS_NUL', { env: { A: '\0' } }],
    ['CWD_NOT_FOUND', { cwd: '/nonexistent/folder' }],
    ['CWD_NOT_FOUND', { cwd: '/etc/passwd' }],
    ['INVALID_TIMEOUT', { timeoutMs: 0 }],
    ['INVALID_TIMEOUT', { timeoutMs: 1.5 }],
    ['INVALID_TIMEOUT', { timeoutMs: 1e12 }],
  ])('%s for %j', async (code, wrong) => {
    await expect(terminals.run({ command: 'true', cwd, signal: never, ...wrong })).rejects.toMatchObject({ code })
  })

  test('the user has a shell of their own to type into', async () => {
    const session = terminals.open({ cwd, cols: 80, rows: 24 })
    let seen = ''
    const shown = new Promise<void>((resolve) => {
      session.onData((data) => {
        seen += data
        if (/sum=42/.test(seen)) resolve()
      })
    })
    const exit = new Promise<number>((resolve) => session.onExit(resolve))
    session.resize(100, 30)
    session.write('echo sum=$((40 + 2))$OPENAI_API_KEY\n')
    await shown
    session.write('exit 7\n')
    expect(await exit).toBe(7)
    expect(seen).not.toContain('sk-secret')
  })

  test('closing a terminal ends what runs in it', async () => {
    const session = terminals.open({ cwd, cols: 80, rows: 24 })
    session.write('sh -c \'echo $$ > pid; exec sleep 300\'\n')
    while (!(await run('cat pid 2>/dev/null')).output) await systemClock.sleep(20)
    const exit = new Promise<number>((resolve) => session.onExit(resolve))
    await session.close()
    await exit
    expect(lives(pidIn('pid'))).toBe(false)
  })
})

test('what a pty still holds when its program has ended is read before it is closed', async () => {
  const real = loadPty()
  if (!real) throw new Error('node-pty was not built')
  const unread: typeof real = {
    ...real,
    spawn(...args) {
      const started = real.spawn(...args)
      // As when this process has no time to read.
      started.pause()
      return started
    },
  }
  const terminals = createTerminals({ env: process.env, log: silentLog, clock: systemClock, ids: systemIds, loadPty: () => unread })
  const { output } = await terminals.run({ command: 'seq 1 500', cwd: tmpdir(), signal: never })
  expect(output).toBe(Array.from({ length: 500 }, (_, n) => `${n + 1}\n`).join(''))
  await terminals.dispose()
})
