import * as fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitDiff } from './diff.ts'
import { actionArbitrary, createTestRepository, perform, type TestRepository } from './random-repository.fixture.ts'

const { signal } = new AbortController()
const options = { signal, cache: new Map() }

/** The tree of what the worktree holds of files that git knows. */
function treeOfWorktree({ dir }: { dir: string }): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  git('add', '-u')
  return git('write-tree')
}

function applied(repository: TestRepository, diff: string, base: string[]): string {
  const copy = mkdtempSync(join(tmpdir(), 'applied-'))
  try {
    cpSync(repository.dir, copy, { recursive: true, verbatimSymlinks: true })
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: copy, encoding: 'utf8', input: diff, stdio: ['pipe', 'pipe', 'pipe'] }).trim()
    git(...base)
    if (diff !== '') git('apply', '--cached', '--whitespace=nowarn', '-')
    return git('write-tree')
  } finally {
    rmSync(copy, { recursive: true })
  }
}

test('git applies our diff of random changes, and has the worktree then', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actionArbitrary, { minLength: 2, maxLength: 15 }), async (actions) => {
      using repository = createTestRepository()
      repository.write('base', 'base\n')
      repository.git('add', '-A')
      repository.git('commit', '-qm', 'base')
      for (const action of actions.filter((one) => one.do !== 'conflict' && !(one.do === 'git' && (/-N|--skip-worktree/.test(one.args.join(' ')))))) perform(repository, action)
      const ofIndex = applied(repository, (await gitDiff(repository.dir, {}, options)).diff, ['status'])
      const ofHead = applied(repository, (await gitDiff(repository.dir, { staged: true }, options)).diff, ['read-tree', 'HEAD'])
      const ofRef = applied(repository, (await gitDiff(repository.dir, { ref: 'HEAD' }, options)).diff, ['read-tree', 'HEAD'])
      expect(ofHead).toBe(repository.git('write-tree').trim())
      const tree = treeOfWorktree(repository)
      expect([ofIndex, ofRef]).toEqual([tree, tree])
    }),
    { numRuns: 6, endOnFailure: true },
  )
}, 120_000)

test('names with spaces, quotes and tabs, binary files and missing newlines survive', async () => {
  using repository = createTestRepository()
  const names = ['with space', 'quo"te', 'ta\tb', 'ünï', 'bin', 'no newline', 'empty', 'lone\rreturn']
  for (const name of names) repository.write(name, name === 'empty' ? '' : 'one\ntwo')
  repository.write('bin', Buffer.from([0, 1, 2, 255]))
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  for (const name of names) repository.write(name, name === 'bin' ? Buffer.from(Array.from({ length: 300 }, (_, n) => n % 256)) : 'one\nthree\r\nfour')
  const { diff } = await gitDiff(repository.dir, {}, options)
  expect(applied(repository, diff, ['status'])).toBe(treeOfWorktree(repository))
})

test('a path limits the diff, from the folder asked for', async () => {
  using repository = createTestRepository()
  for (const path of ['a', 'd/a', 'd/b']) repository.write(path, '1\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  for (const path of ['a', 'd/a', 'd/b']) repository.write(path, '2\n')
  const named = async (root: string, path?: string): Promise<string[]> => [...(await gitDiff(root, path === undefined ? {} : { path }, options)).diff.matchAll(/^diff --git a\/(\S+)/gm)].map(([, one]) => one!)
  expect(await named(repository.dir, 'd')).toEqual(['d/a', 'd/b'])
  expect(await named(repository.dir, 'd/a')).toEqual(['d/a'])
  expect(await named(join(repository.dir, 'd'))).toEqual(['d/a', 'd/b'])
  expect(await named(repository.dir)).toEqual(['a', 'd/a', 'd/b'])
})

test('refs may be branches, tags and ancestors; an unknown one is NOT_FOUND', async () => {
  using repository = createTestRepository()
  for (const text of ['1\n', '2\n', '3\n']) {
    repository.write('a', text)
    repository.git('add', '-A')
    repository.git('commit', '-qm', 'x')
  }
  repository.git('tag', '-a', '-m', 't', 'v1', 'HEAD~2')
  const diffOf = async (ref: string): Promise<string> => (await gitDiff(repository.dir, { ref }, options)).diff
  expect(await diffOf('main')).toBe('')
  expect(await diffOf('HEAD~1')).toContain('-2\n+3\n')
  expect(await diffOf('HEAD^^')).toContain('-1\n+3\n')
  expect(await diffOf('v1')).toContain('-1\n+3\n')
  for (const ref of ['nothing', 'HEAD~9', '../../etc/passwd', '', '~', 'f'.repeat(40)]) await expect(diffOf(ref)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
