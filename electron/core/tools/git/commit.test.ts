import * as fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../platform/clock.fake.ts'
import { findCommit, gitCommit, planCommit } from './commit.ts'
import { actionArbitrary, createTestRepository, perform, realStatus } from './random-repository.fixture.ts'
import { openRepository } from './repository.ts'

const { signal } = new AbortController()
const options = { signal, cache: new Map(), clock: createFakeClock(1_700_000_000_000) }

test('a commit of all changes leaves a clean worktree that git finds sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actionArbitrary, { minLength: 1, maxLength: 15 }), async (actions) => {
      using repository = createTestRepository()
      for (const action of actions) perform(repository, action)
      repository.write('always', String(actions.length))
      await gitCommit(repository.dir, { message: 'All of it' }, options)
      expect(realStatus(repository).files).toEqual([])
      expect(repository.git('fsck', '--strict', '--no-dangling')).toBe('')
      expect(repository.git('log', '-1', '--format=%s')).toBe('All of it\n')
    }),
    { numRuns: 6, endOnFailure: true },
  )
}, 120_000)

test('the commit is by the repository’s own identity, at the time of the clock', async () => {
  using repository = createTestRepository()
  repository.git('config', 'user.name', 'Ada <Lovelace>')
  repository.git('config', 'user.email', 'ada@example.org')
  repository.write('a', '1\n')
  const { commit } = await gitCommit(repository.dir, { message: 'First\n\nwith a body\n' }, options)
  expect(repository.git('log', '-1', '--format=%H %an %ae %at %cn%n%B')).toBe(`${commit} Ada Lovelace ada@example.org 1700000000 Ada Lovelace\nFirst\n\nwith a body\n\n`)
  expect(repository.git('reflog', '--format=%gs')).toBe('commit (initial): First\n')
})

test('only the given paths are staged', async () => {
  using repository = createTestRepository()
  for (const path of ['a', 'd/b', 'd/c']) repository.write(path, '1\n')
  await gitCommit(repository.dir, { message: 'x', paths: ['d'] }, options)
  expect(realStatus(repository).files).toEqual([{ path: 'a', index: '?', worktree: '?' }])
})

test('a merge is ended with both parents', async () => {
  using repository = createTestRepository()
  perform(repository, { do: 'write', path: 'a.txt', text: 'base\n' })
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'base')
  perform(repository, { do: 'conflict', path: 'a.txt', text: 'one\n', other: 'two\n' })
  expect(realStatus(repository).files).toEqual([{ path: 'a.txt', index: 'U', worktree: 'U' }])
  repository.write('other', 'x\n')
  await expect(gitCommit(repository.dir, { message: 'x', paths: ['other'] }, options)).rejects.toMatchObject({ code: 'NOTHING_TO_COMMIT' })
  repository.write('a.txt', 'both\n')
  await gitCommit(repository.dir, { message: 'Merged' }, options)
  expect(repository.git('log', '-1', '--format=%p').trim().split(' ')).toHaveLength(2)
  expect(repository.git('status')).not.toContain('merg')
})

test('what was intended is found done only after it was done, and doing it again ends in the same tree', async () => {
  using repository = createTestRepository()
  for (const round of [1, 2]) {
    repository.write('a', `${round}\n`)
    const intent = await planCommit(repository.dir, { message: 'x' }, options)
    const found = (): string | undefined => findCommit(openRepository(repository.dir), intent)
    expect(found()).toBeUndefined()
    const { commit } = await gitCommit(repository.dir, { message: 'x' }, options)
    expect(found()).toBe(commit)
    expect(repository.git('rev-parse', 'HEAD^{tree}').trim()).toBe(intent.tree)
  }
  expect(repository.git('rev-list', '--count', 'HEAD').trim()).toBe('2')
})

test('a linked worktree commits on its own branch', async () => {
  using repository = createTestRepository()
  repository.write('a', '1\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  const other = mkdtempSync(join(tmpdir(), 'worktree-'))
  repository.git('worktree', 'add', '-q', '-b', 'side', join(other, 'w'))
  writeFileSync(join(other, 'w/b'), '2\n')
  const { commit } = await gitCommit(join(other, 'w'), { message: 'y' }, options)
  expect(repository.git('rev-parse', 'side').trim()).toBe(commit)
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: join(other, 'w'), encoding: 'utf8' })).toBe('')
  rmSync(other, { recursive: true })
})

test.each([
  ['NOTHING_TO_COMMIT', { message: 'x' }],
  ['NOT_FOUND', { message: 'x', paths: ['nowhere'] }],
  ['INVALID_TOOL_ARGS', { message: ' \n' }],
])('%s for %j', async (code, request) => {
  using repository = createTestRepository()
  repository.write('a', '1\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  await expect(gitCommit(repository.dir, request, options)).rejects.toMatchObject({ code })
})

test('while another git works on the repository a commit is refused, and nothing is left of it', async () => {
  using repository = createTestRepository()
  repository.write('a', '1\n')
  repository.write('.git/index.lock', '')
  await expect(gitCommit(repository.dir, { message: 'x' }, options)).rejects.toMatchObject({ code: 'STALE_FILE' })
  rmSync(join(repository.dir, '.git/index.lock'))
  await gitCommit(repository.dir, { message: 'x' }, options)
})
