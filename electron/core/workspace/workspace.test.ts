import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RainyError } from '../../../shared/errors.ts'
import { silentLog } from '../platform/log.ts'
import { createFsFake, systemError } from './fs-port.fake.ts'
import { openWorkspace } from './open-workspace.ts'
import type { Workspace } from './types.ts'

let home: string
let root: string
let workspace: Workspace
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rainy-workspace-'))
  root = join(home, 'project')
  await mkdir(join(root, 'src'), { recursive: true })
  await writeFile(join(root, 'src/a.txt'), 'a')
  await writeFile(join(home, 'secret.txt'), 'secret')
  workspace = await openWorkspace({ root, protectedPaths: [join(root, 'data')], log: silentLog })
})
afterEach(async () => {
  await workspace.dispose()
  await rm(home, { recursive: true, force: true })
})

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof RainyError ? error.code : `not ours: ${String(error)}`),
  )

test('paths inside are found, relative, absolute and through links that stay inside', async () => {
  await symlink('src', join(root, 'link'))
  expect(await workspace.resolve('./src/../src/a.txt', 'read')).toEqual({ absolute: join(root, 'src/a.txt'), relative: 'src/a.txt' })
  expect(await workspace.resolve(join(root, 'src/a.txt'), 'read')).toEqual({ absolute: join(root, 'src/a.txt'), relative: 'src/a.txt' })
  expect(await workspace.resolve('link/a.txt', 'write')).toEqual({ absolute: join(root, 'src/a.txt'), relative: 'src/a.txt' })
  expect(await workspace.resolve('link/new/b.txt', 'write')).toEqual({ absolute: join(root, 'src/new/b.txt'), relative: 'src/new/b.txt' })
  expect(await workspace.resolve('.', 'read')).toEqual({ absolute: root, relative: '.' })
})

test('each way out is refused with its code', async () => {
  await symlink(join(home, 'secret.txt'), join(root, 'out'))
  await symlink(home, join(root, 'up'))
  await symlink(join(home, 'nothing'), join(root, 'broken'))
  await symlink('loop', join(root, 'loop'))
  const expected: Record<string, string> = {
    '../secret.txt': 'PATH_OUTSIDE_WORKSPACE',
    '/etc/passwd': 'PATH_OUTSIDE_WORKSPACE',
    out: 'PATH_OUTSIDE_WORKSPACE',
    'up/secret.txt': 'PATH_OUTSIDE_WORKSPACE',
    'up/new.txt': 'PATH_OUTSIDE_WORKSPACE',
    broken: 'NOT_FOUND',
    loop: 'SYMLINK_LOOP',
    'src/a.txt/below': 'NOT_FOUND',
    '': 'PATH_EMPTY',
    '  ': 'PATH_EMPTY',
    'a\0b': 'PATH_HAS_NUL',
    'a\u202eb': 'UNSAFE_UNICODE',
    'a\u200bb': 'UNSAFE_UNICODE',
    'a\nb': 'UNSAFE_UNICODE',
    'a\ud800': 'UNSAFE_UNICODE',
    ['x'.repeat(256)]: 'NAME_TOO_LONG',
    ['x/'.repeat(2500)]: 'NAME_TOO_LONG',
    '.git/config': 'PROTECTED_PATH',
    'sub/.GIT/hooks/pre-commit': 'PROTECTED_PATH',
    '.rainy/config.json': 'PROTECTED_PATH',
    'data/rainy.db': 'PROTECTED_PATH',
    '❤️.md': 'none',
    '.gitignore': 'none',
  }
  const codes = await Promise.all(Object.keys(expected).map(async (path) => [path, await codeOf(workspace.resolve(path, 'write'))] as const))
  expect(Object.fromEntries(codes)).toEqual(expected)
  expect(await codeOf(workspace.resolve('.git/config', 'read'))).toBe('none')
})

test('a link swapped in after the check is not followed, neither to read nor to write', async () => {
  const path = await workspace.resolve('src/a.txt', 'read')
  const outer = join(home, 'outer')
  await mkdir(outer)
  await writeFile(join(outer, 'a.txt'), 'secret')
  await rename(join(root, 'src'), join(root, 'old'))
  await symlink(outer, join(root, 'src'))
  expect(await codeOf(workspace.read(path, 100))).toBe('PATH_OUTSIDE_WORKSPACE')
  expect(await codeOf(workspace.list({ absolute: join(root, 'src'), relative: 'src' }))).not.toBe('none')
  expect(await codeOf(workspace.replace(path, Buffer.from('x'), { mode: null, exclusive: false }))).not.toBe('none')
  expect(await codeOf(workspace.replace({ absolute: join(root, 'src/deep/b.txt'), relative: 'src/deep/b.txt' }, Buffer.from('x'), { mode: null, exclusive: false }))).not.toBe('none')
  expect(execFileSync('ls', ['-A', outer], { encoding: 'utf8' })).toBe('a.txt\n')
  expect(await readFile(join(outer, 'a.txt'), 'utf8')).toBe('secret')
})

test('while links are swapped all the time no read ever gives what is outside', async () => {
  await mkdir(join(home, 'outer'))
  await writeFile(join(home, 'outer/a.txt'), 'secret')
  const path = await workspace.resolve('src/a.txt', 'read')
  const done = new AbortController()
  const swapper = (async () => {
    while (!done.signal.aborted) {
      await rename(join(root, 'src'), join(root, 'old'))
      await symlink(join(home, 'outer'), join(root, 'src'))
      await rm(join(root, 'src'))
      await rename(join(root, 'old'), join(root, 'src'))
    }
  })()
  for (let round = 0; round < 300; round += 1) {
    const text = await workspace.read(path, 100).then(({ bytes }) => Buffer.from(bytes).toString(), () => 'refused')
    expect(text).not.toBe('secret')
  }
  done.abort()
  await swapper
})

test('pipes and folders are refused at once', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')])
  expect(await codeOf(workspace.read(await workspace.resolve('pipe', 'read'), 100))).toBe('NOT_REGULAR_FILE')
  expect(await codeOf(workspace.read(await workspace.resolve('src', 'read'), 100))).toBe('IS_DIRECTORY')
  expect(await codeOf(workspace.read(await workspace.resolve('none', 'read'), 100))).toBe('NOT_FOUND')
  expect(await codeOf(workspace.read(await workspace.resolve('src/a.txt', 'read'), 0))).toBe('FILE_TOO_LARGE')
})

test('a write makes the folders above, keeps the mode, and leaves no temporary file', async () => {
  const deep = await workspace.resolve('x/y/z.sh', 'write')
  await workspace.replace(deep, Buffer.from('one'), { mode: 0o755, exclusive: true })
  expect((await stat(join(root, 'x/y/z.sh'))).mode & 0o777).toBe(0o755)
  expect(await codeOf(workspace.replace(deep, Buffer.from('two'), { mode: null, exclusive: true }))).toBe('ALREADY_EXISTS')
  expect(await readFile(deep.absolute, 'utf8')).toBe('one')
  expect(execFileSync('ls', ['-A', join(root, 'x/y')], { encoding: 'utf8' })).toBe('z.sh\n')
})

test.each([
  ['EACCES', 'PERMISSION_DENIED'],
  ['EROFS', 'PERMISSION_DENIED'],
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EFBIG', 'FILE_TOO_LARGE'],
])('a write that the system ends with %s is %s, leaves the old file and nothing else', async (code, expected) => {
  const fs = createFsFake((operation) => {
    if (operation === 'handle.writeFile') throw systemError(code)
  })
  const failing = await openWorkspace({ root, protectedPaths: [], log: silentLog, fs })
  expect(await codeOf(failing.replace(await failing.resolve('src/a.txt', 'write'), Buffer.from('new'), { mode: null, exclusive: false }))).toBe(expected)
  expect(execFileSync('ls', ['-A', join(root, 'src')], { encoding: 'utf8' })).toBe('a.txt\n')
  expect(await readFile(join(root, 'src/a.txt'), 'utf8')).toBe('a')
  await failing.dispose()
})

test('a file system without hard links still refuses to create over what exists', async () => {
  const fs = createFsFake((operation) => {
    if (operation === 'link') throw systemError('EPERM')
  })
  const linkless = await openWorkspace({ root, protectedPaths: [], log: silentLog, fs })
  expect(await codeOf(linkless.replace(await linkless.resolve('src/a.txt', 'write'), Buffer.from('new'), { mode: null, exclusive: true }))).toBe('ALREADY_EXISTS')
  expect(await codeOf(linkless.replace(await linkless.resolve('src/b.txt', 'write'), Buffer.from('new'), { mode: null, exclusive: true }))).toBe('none')
  expect(execFileSync('ls', ['-A', join(root, 'src')], { encoding: 'utf8' })).toBe('a.txt\nb.txt\n')
  await linkless.dispose()
})

test('changes are told: our own at once, those of others by the watcher', async () => {
  const told: Array<string[] | null> = []
  using _ = workspace.onChanged((paths) => told.push(paths))
  await workspace.replace(await workspace.resolve('b.txt', 'write'), Buffer.from('b'), { mode: null, exclusive: false })
  expect(told).toContainEqual(['b.txt'])
  await expect.poll(async () => {
    await writeFile(join(root, 'src/a.txt'), String(told.length))
    return told.flat().includes('src/a.txt')
  }, { timeout: 10_000, interval: 100 }).toBe(true)
})

test('no text of a path leads outside or throws anything but our own errors', { timeout: 60_000 }, async () => {
  const piece = fc.oneof(fc.constantFrom('..', '.', '/', '\\', 'src', 'a.txt', '.git', '~', '\0', '\u202e', 'C:', '//', 'up'), fc.string({ unit: 'binary' }))
  await symlink(home, join(root, 'up'))
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.constantFrom('/', ''), async (pieces, between) => {
      const end = await workspace.resolve(pieces.join(between), 'read').then(
        ({ absolute }) => `${absolute}/`.startsWith(`${root}/`),
        (error: unknown) => error instanceof RainyError,
      )
      expect(end).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('where nothing can be watched the log says so and our own writes are told all the same', async () => {
  const warnings: string[] = []
  const gone = await openWorkspace({ root, protectedPaths: [], log: { ...silentLog, warn: (message) => warnings.push(message) } })
  await rename(root, join(home, 'moved'))
  const told: Array<string[] | null> = []
  using _ = gone.onChanged((paths) => told.push(paths))
  await expect.poll(() => warnings, { timeout: 10_000 }).toEqual(['The file watcher cannot watch this workspace; changes by other programs are seen only by looking.'])
  gone.noteChanged(['a.txt'])
  expect(told).toEqual([null, ['a.txt']])
  await gone.dispose()
})
