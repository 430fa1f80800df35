import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFsFake, type FsOperation } from '../workspace/fs-port.fake.ts'
import { TEMPORARY_PREFIX } from '../workspace/replace-file.ts'
import { openHouse, type ToolHouse } from './executor.fixture.ts'
import type { CommandRequest, CommandResult } from './terminal/types.ts'

let folder: string
const houses: ToolHouse[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rainy-journal-'))
})
afterEach(async () => {
  for (const house of houses.splice(0)) await house.dispose()
  await rm(folder, { recursive: true, force: true })
})

const live = async (options: Parameters<typeof openHouse>[0] = {}): Promise<ToolHouse> => {
  const house = await openHouse({ folder, ...options })
  houses.push(house)
  return house
}
const die = async (house: ToolHouse): Promise<void> => {
  houses.splice(houses.indexOf(house), 1)
  await house.dispose()
}

class Killed extends Error {}

/** A file system that is gone from its n-th change on, as after SIGKILL. */
function dyingAt(change: number): { fs: ReturnType<typeof createFsFake>; died: () => boolean } {
  const CHANGES = new Set<FsOperation>(['mkdir', 'link', 'rename', 'unlink', 'handle.writeFile', 'handle.sync', 'handle.chmod', 'open'])
  let count = 0
  let dead = false
  const fs = createFsFake((operation, path) => {
    if (!dead && CHANGES.has(operation) && (operation !== 'open' || path.includes(TEMPORARY_PREFIX))) dead = (count += 1) >= change
    if (dead) throw new Killed()
  })
  return { fs, died: () => dead }
}

const BATCH = [
  { tool: 'write_file', args: { path: 'a.txt', content: 'a1\n' } },
  { tool: 'edit_file', args: { path: 'a.txt', edits: [{ find: 'a1', replace: 'a2' }] } },
  { tool: 'create_file', args: { path: 'deep/b.txt', content: 'b1\n' } },
  { tool: 'edit_file', args: { path: 'c.txt', edits: [{ find: 'c0', replace: 'c1' }] } },
]

test('killed at any change of the disk, a batch leaves each file as before or after, and its second try ends as one that was not killed', { timeout: 90_000 }, async () => {
  let died = true
  let kills = 0
  for (let change = 1; died; change += 1) {
    await rm(join(folder, 'workspace'), { recursive: true, force: true })
    await rm(join(folder, 'rainy.db'), { force: true })
    await rm(join(folder, 'rainy.db-wal'), { force: true })
    await rm(join(folder, 'rainy.db-shm'), { force: true })
    const { fs, died: isDead } = dyingAt(change)
    const first = await live({ fs })
    await writeFile(join(first.root, 'c.txt'), 'c0\n')
    await first.batch(BATCH).catch(() => undefined)
    died = isDead()
    kills += 1
    await die(first)
    const at = async (path: string): Promise<string> => readFile(join(folder, 'workspace', path), 'utf8').catch(() => 'none')
    expect(['none', 'a1\n', 'a2\n']).toContain(await at('a.txt'))
    expect(['none', 'b1\n']).toContain(await at('deep/b.txt'))
    expect(['c0\n', 'c1\n']).toContain(await at('c.txt'))

    const second = await live()
    const end = await second.batch(BATCH)
    expect(end.outcomes).toMatchObject([
      { status: 'success', result: { path: 'a.txt', created: true, bytes: 3 }, filesModified: ['a.txt'] },
      { status: 'success', result: { replaced: 1 }, filesModified: ['a.txt'] },
      { status: 'success', result: { path: 'deep/b.txt', created: true }, filesModified: ['deep/b.txt'] },
      { status: 'success', result: { replaced: 1 }, filesModified: ['c.txt'] },
    ])
    expect(second.db.transaction(() => end.commit())).toEqual({ checkpoint: 1, files: ['a.txt', 'c.txt', 'deep/b.txt'] })
    expect([await at('a.txt'), await at('deep/b.txt'), await at('c.txt')]).toEqual(['a2\n', 'b1\n', 'c1\n'])
    expect(second.executor.changesOfTask('task')).toEqual([
      { path: 'a.txt', added: 1, removed: 0, status: 'added' },
      { path: 'c.txt', added: 1, removed: 1, status: 'modified' },
      { path: 'deep/b.txt', added: 1, removed: 0, status: 'added' },
    ])
    await die(second)
  }
  expect(kills).toBeGreaterThan(12)
})

test('a file that someone changed while the program was down is not written over', async () => {
  const first = await live()
  await writeFile(join(first.root, 'c.txt'), 'c0\n')
  await first.batch(BATCH.slice(3))
  await die(first)
  await writeFile(join(folder, 'workspace/c.txt'), 'theirs\n')
  const second = await live()
  const end = await second.batch(BATCH.slice(3))
  expect(end.outcomes).toMatchObject([{ status: 'error', error: { code: 'STALE_FILE' } }])
  expect(await readFile(join(folder, 'workspace/c.txt'), 'utf8')).toBe('theirs\n')
})

test('a write that was done but not committed is in the diff of its task', async () => {
  const first = await live()
  await first.batch([BATCH[0]].flatMap((call) => call ?? []))
  await die(first)
  const second = await live()
  expect(second.executor.diffOfTask('task')).toContain('+a1')
  expect(second.executor.checkpointsOfTask('task')).toEqual([])
})

/** A command that goes on until it is stopped. */
const untilStopped = async ({ signal }: { signal: AbortSignal }): Promise<never> => {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

const RESULT: CommandResult = { exitCode: 0, output: 'ran', truncated: false, durationMs: 1 }

test('a command whose end was not seen is unknown, until someone decides', async () => {
  const command = { tool: 'run_command', args: { command: 'deploy' } }
  const run = vi.fn<(request: CommandRequest) => Promise<CommandResult>>(async () => RESULT)
  const first = await live({ terminals: { run: untilStopped } })
  const stop = new AbortController()
  const running = first.batch([command], { signal: stop.signal }).catch((error: unknown) => error)
  await expect.poll(() => first.db.prepare('SELECT intent FROM tool_calls').all()).toHaveLength(1)
  stop.abort()
  expect(await running).toMatchObject({ code: 'CANCELLED' })
  await die(first)

  const second = await live({ terminals: { run } })
  expect((await second.batch([command])).outcomes).toEqual([{ status: 'unknown', doubt: 1 }])
  expect((await second.batch([{ ...command, decisions: ['skip'] }])).outcomes).toMatchObject([{ status: 'error', error: { code: 'OUTCOME_UNKNOWN' } }])
  expect((await second.batch([{ ...command, decisions: ['done'] }])).outcomes).toMatchObject([{ status: 'success' }])
  expect(run).not.toHaveBeenCalled()
  const again = await second.batch([{ ...command, decisions: ['rerun'] }])
  expect(again.outcomes).toMatchObject([{ status: 'success', result: { output: 'ran' } }])
  second.db.transaction(() => again.commit())
  expect((await second.batch([command])).outcomes).toMatchObject([{ status: 'success', result: { output: 'ran' } }])
  expect(run).toHaveBeenCalledTimes(1)
})

test('a decision to run a command again counts once: dead again, it is unknown again', async () => {
  const command = { tool: 'run_command', args: { command: 'deploy' } }
  const killed = async (decisions: Array<'rerun'>): Promise<void> => {
    let began = (): void => {}
    const begun = new Promise<void>((resolve) => (began = resolve))
    const life = await live({ terminals: { run: async (request: CommandRequest) => (began(), untilStopped(request)) } })
    const stop = new AbortController()
    const running = life.batch([{ ...command, decisions }], { signal: stop.signal }).catch(() => undefined)
    await begun
    stop.abort()
    await running
    await die(life)
  }
  await killed([])
  await killed(['rerun'])
  const run = vi.fn<(request: CommandRequest) => Promise<CommandResult>>(async () => RESULT)
  const last = await live({ terminals: { run } })
  expect((await last.batch([{ ...command, decisions: ['rerun'] }])).outcomes).toEqual([{ status: 'unknown', doubt: 2 }])
  expect(run).not.toHaveBeenCalled()
  expect((await last.batch([{ ...command, decisions: ['rerun', 'rerun'] }])).outcomes).toMatchObject([{ status: 'success' }])
  expect(run).toHaveBeenCalledTimes(1)
})

test('nothing of a batch runs before a call of unknown outcome is decided, where that is asked for', async () => {
  const calls = [{ tool: 'run_command', args: { command: 'one' } }, { tool: 'write_file', args: { path: 'x', content: 'x' } }]
  const first = await live({ terminals: { run: untilStopped } })
  const stop = new AbortController()
  const running = first.batch(calls, { signal: stop.signal }).catch(() => undefined)
  await expect.poll(() => first.db.prepare('SELECT intent FROM tool_calls').all()).toHaveLength(1)
  stop.abort()
  await running
  await die(first)
  const second = await live({ terminals: { run: async () => RESULT } })
  expect((await second.batch(calls, { stopWhenUnknown: true })).outcomes).toMatchObject([{ status: 'unknown' }, { error: { code: 'CANCELLED' } }])
  expect(await readdir(second.root)).toEqual([])
  expect((await second.batch(calls)).outcomes).toMatchObject([{ status: 'unknown' }, { status: 'success' }])
})

test('a command that ended is not run again though the rest of its batch was cut off', async () => {
  const calls = [{ tool: 'run_command', args: { command: 'one' } }, { tool: 'run_command', args: { command: 'two' } }]
  const stop = new AbortController()
  const first = await live({ terminals: { run: async ({ command }) => (command === 'one' ? RESULT : untilStopped({ signal: (stop.abort(), stop.signal) })) } })
  await first.batch(calls, { signal: stop.signal }).catch(() => undefined)
  await die(first)
  const run = vi.fn<(request: CommandRequest) => Promise<CommandResult>>(async () => RESULT)
  const second = await live({ terminals: { run } })
  expect((await second.batch(calls)).outcomes).toMatchObject([{ status: 'success', result: { output: 'ran' } }, { status: 'unknown' }])
  expect(run).not.toHaveBeenCalled()
})

test('a command that stands behind a write that was not done had not begun, and runs', async () => {
  const calls = [{ tool: 'write_file', args: { path: 'a.txt', content: 'a' } }, { tool: 'run_command', args: { command: 'one' } }]
  const first = await live({ fs: dyingAt(1).fs, terminals: { run: untilStopped } })
  const stop = new AbortController()
  const running = first.batch(calls, { signal: stop.signal }).catch(() => undefined)
  await expect.poll(() => first.db.prepare('SELECT intent FROM tool_calls').all()).toHaveLength(2)
  stop.abort()
  await running
  await die(first)
  const second = await live({ terminals: { run: async () => RESULT } })
  expect((await second.batch(calls)).outcomes).toMatchObject([{ status: 'success' }, { status: 'success', result: { output: 'ran' } }])
})

test('a commit is made once', async () => {
  const first = await live()
  execFileSync('git', ['init', '-q', '-b', 'main', first.root])
  const calls = [{ tool: 'write_file', args: { path: 'a.txt', content: 'a' } }, { tool: 'git_commit', args: { message: 'one' } }]
  const done = await first.batch(calls)
  expect(done.outcomes).toMatchObject([{ status: 'success' }, { status: 'success' }])
  await die(first)
  const second = await live()
  const again = await second.batch(calls)
  expect(again.outcomes).toMatchObject(done.outcomes.map((outcome) => (outcome.status === 'success' ? { status: 'success', result: outcome.result } : outcome)))
  expect(execFileSync('git', ['-C', second.root, 'log', '--oneline'], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(1)
})

test('another call under the same key is a run that has diverged; the same key twice is refused', async () => {
  const house = await live()
  const end = await house.batch([{ tool: 'write_file', args: { path: 'a', content: 'a' } }])
  house.db.transaction(() => end.commit())
  await expect(house.batch([{ tool: 'write_file', args: { path: 'a', content: 'b' } }])).rejects.toMatchObject({ code: 'RUN_DIVERGED' })
  const prepared = await house.executor.prepare('read_file', { path: 'a' }, house.workspace, new AbortController().signal)
  const call = { prepared, key: { taskId: 'task', runId: 'run', inferStepId: 'other', index: 0 } }
  await expect(
    house.executor.batch([call, call], { workspace: house.workspace, signal: new AbortController().signal, parallel: true, maxConcurrency: 5, onOutput() {}, onStarted() {}, onFinished() {} }),
  ).rejects.toMatchObject({ code: 'DUPLICATE_CALL_ID' })
})

test('a write that found the disk full was not done, and is done when there is space', async () => {
  let isFull = true
  const fs = createFsFake((operation) => {
    if (isFull && operation === 'handle.writeFile') throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  })
  const house = await live({ fs })
  const calls = [{ tool: 'list_dir', args: { path: '.' } }, { tool: 'write_file', args: { path: 'new.txt', content: 'n\n' } }]
  const first = await house.batch(calls)
  expect(first.outcomes).toMatchObject([{ status: 'success' }, { status: 'error', error: { code: 'DISK_FULL' } }])
  house.db.transaction(() => first.commit())
  isFull = false
  const second = await house.batch(calls)
  expect(second.outcomes).toMatchObject([{ status: 'success' }, { status: 'success', filesModified: ['new.txt'] }])
})
