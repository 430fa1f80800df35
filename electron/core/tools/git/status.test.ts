import * as fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actionArbitrary, createTestRepository, perform, realStatus, type TestRepository } from './random-repository.fixture.ts'
import { gitStatus, type GitStatus, type IndexCache } from './status.ts'

const { signal } = new AbortController()
const statusOf = (dir: string): Promise<GitStatus> => gitStatus(dir, { signal, cache: new Map() })

async function agrees(repository: TestRepository): Promise<GitStatus> {
  const ours = await statusOf(repository.dir)
  expect(ours).toEqual(realStatus(repository))
  return ours
}

test('status says of random repositories what git says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actionArbitrary, { minLength: 1, maxLength: 25 }), async (actions) => {
      using repository = createTestRepository()
      const cache: IndexCache = new Map()
      for (const [step, action] of actions.entries()) {
        perform(repository, action)
        // In the middle too, so that what is kept in memory grows stale if it can. Ours first: git's own look refreshes the index.
        if (step % 8 === 4) await gitStatus(repository.dir, { signal, cache })
      }
      const ours = await gitStatus(repository.dir, { signal, cache })
      expect(ours).toEqual(realStatus(repository))
      expect(await gitStatus(repository.dir, { signal, cache })).toEqual(ours)
    }),
    { numRuns: 15, endOnFailure: true },
  )
}, 120_000)

test('a change within the same moment, of the same size, is seen', async () => {
  using repository = createTestRepository()
  repository.write('a', 'one\n')
  repository.git('add', 'a')
  repository.write('a', 'two\n')
  expect((await agrees(repository)).files).toEqual([{ path: 'a', index: 'A', worktree: 'M' }])
})

test('a file taken out of the index that is still there is deleted and untracked', async () => {
  using repository = createTestRepository()
  repository.write('a', 'one')
  repository.git('add', 'a')
  repository.git('commit', '-qm', 'x')
  repository.git('rm', '-q', '--cached', 'a')
  expect((await agrees(repository)).files).toEqual([
    { path: 'a', index: 'D', worktree: '.' },
    { path: 'a', index: '?', worktree: '?' },
  ])
})

test('a file that was only touched is unchanged', async () => {
  using repository = createTestRepository()
  repository.write('a', 'one\n')
  repository.git('add', 'a')
  repository.git('commit', '-qm', 'x')
  utimesSync(join(repository.dir, 'a'), 1, 1)
  expect((await agrees(repository)).files).toEqual([])
})

test('moved files are renames where enough of them stayed', async () => {
  using repository = createTestRepository()
  const lines = Array.from({ length: 40 }, (_, line) => `line ${line}\n`)
  for (const name of ['one', 'two', 'three', 'four']) repository.write(`src/${name}.txt`, [`${name}\n`, ...lines.map((line) => name + line)].join(''))
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  repository.git('mv', 'src/one.txt', 'lib-one.txt')
  mkdirSync(join(repository.dir, 'lib'))
  repository.git('mv', 'src/two.txt', 'lib/two.txt')
  appendFileSync(join(repository.dir, 'lib/two.txt'), 'more\n'.repeat(10))
  repository.git('mv', 'src/three.txt', 'lib/3.txt')
  appendFileSync(join(repository.dir, 'lib/3.txt'), `${'more lines\n'.repeat(100)}`)
  repository.git('add', '-A')
  appendFileSync(join(repository.dir, 'lib-one.txt'), 'later\n')
  expect((await agrees(repository)).files.map(({ index, worktree, from }) => index + worktree + (from ?? ''))).toContain('RMsrc/one.txt')
})

test('packed objects and deltas are read', async () => {
  using repository = createTestRepository()
  for (let round = 0; round < 6; round += 1) {
    for (let file = 0; file < 20; file += 1) repository.write(`d${file % 4}/f${file}`, `${'common line\n'.repeat(200)}${file === round ? round : 0}\n`)
    repository.git('add', '-A')
    repository.git('commit', '-qm', String(round))
  }
  repository.git('gc', '-q', '--aggressive')
  // Without the index's own cached trees all has to come from the pack.
  repository.git('read-tree', '--empty')
  repository.git('reset', '-q')
  expect((await agrees(repository)).files).toEqual([])
})

test('submodules are compared by their commit and their own changes', async () => {
  using inner = createTestRepository()
  inner.write('f', '1\n')
  inner.git('add', '-A')
  inner.git('commit', '-qm', 'x')
  using repository = createTestRepository()
  repository.git('submodule', '-q', 'add', inner.dir, 'sub')
  repository.git('commit', '-qm', 'x')
  expect((await agrees(repository)).files).toEqual([])
  writeFileSync(join(repository.dir, 'sub/f'), '2\n')
  expect((await agrees(repository)).files).toEqual([{ path: 'sub', index: '.', worktree: 'M' }])
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=b@c', 'commit', '-qam', 'y'], { cwd: join(repository.dir, 'sub') })
  expect((await agrees(repository)).files).toEqual([{ path: 'sub', index: '.', worktree: 'M' }])
})

test('a repository inside another is one entry', async () => {
  using repository = createTestRepository()
  repository.write('nested/deep/f', '1\n')
  execFileSync('git', ['init', '-q'], { cwd: join(repository.dir, 'nested/deep') })
  expect((await agrees(repository)).files).toEqual([{ path: 'nested/deep/', index: '?', worktree: '?' }])
})

test('line ends follow attributes and configuration', async () => {
  using repository = createTestRepository()
  repository.write('.gitattributes', '*.txt text\n*.bin -text\n')
  for (const name of ['a.txt', 'a.bin', 'a.other']) repository.write(name, 'one\r\ntwo\r\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  for (const name of ['a.txt', 'a.bin', 'a.other']) utimesSync(join(repository.dir, name), 1, 1)
  expect(await statusOf(repository.dir)).toEqual({ branch: 'main', files: [] })
  repository.git('config', 'core.autocrlf', 'true')
  expect((await agrees(repository)).files).toEqual([])
  repository.write('a.txt', 'one\ntwo\n')
  expect((await agrees(repository)).files.map(({ path }) => path)).toEqual(['a.txt'])
})

test('a linked worktree has a HEAD and an index of its own', async () => {
  using repository = createTestRepository()
  repository.write('a', '1\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  const other = mkdtempSync(join(tmpdir(), 'worktree-'))
  repository.git('worktree', 'add', '-q', '-b', 'side', join(other, 'w'))
  writeFileSync(join(other, 'w/a'), '2\n')
  expect(await statusOf(join(other, 'w'))).toEqual({ branch: 'side', files: [{ path: 'a', index: '.', worktree: 'M' }] })
  rmSync(other, { recursive: true })
})

test('from a subfolder its own files are seen, by their names from there', async () => {
  using repository = createTestRepository()
  for (const path of ['a', 'd/b', 'd/e/c']) repository.write(path, '1\n')
  expect((await statusOf(join(repository.dir, 'd'))).files.map(({ path }) => path)).toEqual(['b', 'e/c'])
})

test('no filter, hook or fsmonitor of the repository runs', async () => {
  using repository = createTestRepository()
  repository.write('.gitattributes', '* filter=evil\n')
  repository.write('a', '1\n')
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  const trap = `touch ${join(repository.dir, 'ran')}; cat`
  for (const [key, value] of [['filter.evil.clean', trap], ['core.fsmonitor', trap], ['core.sshCommand', trap]] as const) repository.git('config', key, value)
  repository.write('a', '2\n')
  expect((await statusOf(repository.dir)).files).toEqual([{ path: 'a', index: '.', worktree: 'M' }])
})

test('what is no repository, or a damaged one, is NOT_A_REPOSITORY', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'no-repository-'))
  await expect(statusOf(dir)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
  symlinkSync('loop', join(dir, '.git'))
  await expect(statusOf(dir)).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
  rmSync(dir, { recursive: true })
})

test('random damage to index, HEAD, packs and objects gives no other error', async () => {
  using repository = createTestRepository()
  for (let file = 0; file < 10; file += 1) repository.write(`d${file % 2}/f${file}`, `${file}\n`.repeat(50))
  repository.git('add', '-A')
  repository.git('commit', '-qm', 'x')
  repository.git('read-tree', 'HEAD')
  repository.write('d0/f0', 'changed\n')
  const files = [join('.git', 'index'), join('.git', 'HEAD'), join('.git', 'refs/heads/main'), join('.git', 'config')]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(400), fc.boolean(), async (file, bytes, at, cut) => {
      using copy = createTestRepository()
      execFileSync('cp', ['-a', `${repository.dir}/.`, copy.dir])
      const path = join(copy.dir, file)
      const whole = execFileSync('cat', [path])
      writeFileSync(path, Buffer.concat([whole.subarray(0, Math.min(at, whole.length)), bytes, cut ? Buffer.alloc(0) : whole.subarray(at + bytes.length)]))
      const outcome = await statusOf(copy.dir).then(() => 'NOT_A_REPOSITORY', (error: { code?: string }) => error.code)
      expect(outcome).toBe('NOT_A_REPOSITORY')
    }),
    { numRuns: 20, endOnFailure: true },
  )
}, 120_000)
