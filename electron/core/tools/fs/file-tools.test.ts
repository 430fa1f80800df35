import { chmod, mkdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHouse, type ToolHouse } from '../executor.fixture.ts'

let house: ToolHouse
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house.dispose())
const file = (path: string): string => join(house.root, path)

test('lines are read from 1, ends included, with their own line ends', async () => {
  await writeFile(file('a.txt'), 'one\r\ntwo\nthree')
  const read = async (args: object): Promise<unknown> => house.call('read_file', { path: 'a.txt', ...args })
  expect(await read({})).toEqual({ result: { content: 'one\r\ntwo\nthree', lines: 3, truncated: false } })
  expect(await read({ offset: 2, limit: 1 })).toEqual({ result: { content: 'two\n', lines: 3, truncated: true } })
  expect(await read({ offset: 3 })).toEqual({ result: { content: 'three', lines: 3, truncated: true } })
  expect(await read({ offset: 9 })).toEqual({ result: { content: '', lines: 3, truncated: true } })
  expect(await read({ offset: 0 })).toMatchObject({ error: { code: 'INVALID_TOOL_ARGS' } })
})

test('an empty file has no lines; a long one is cut at a line end', async () => {
  await writeFile(file('empty'), '')
  await writeFile(file('long'), 'line\n'.repeat(100_000))
  expect(await house.call('read_file', { path: 'empty' })).toEqual({ result: { content: '', lines: 0, truncated: false } })
  const long = await house.call('read_file', { path: 'long' })
  expect(long).toMatchObject({ result: { lines: 100_000, truncated: true, content: expect.stringMatching(/line\n$/u) } })
})

test('what cannot be read says why', async () => {
  await writeFile(file('b.bin'), Buffer.from([1, 0]))
  await writeFile(file('huge'), '')
  await truncate(file('huge'), 11 * 1024 * 1024)
  await mkdir(file('dir'))
  const codeOf = async (path: string): Promise<unknown> => house.call('read_file', { path })
  expect(await codeOf('b.bin')).toMatchObject({ error: { code: 'BINARY_FILE' } })
  expect(await codeOf('huge')).toMatchObject({ error: { code: 'FILE_TOO_LARGE' } })
  expect(await codeOf('dir')).toMatchObject({ error: { code: 'IS_DIRECTORY' } })
  expect(await codeOf('none')).toMatchObject({ error: { code: 'NOT_FOUND' } })
})

test('a write over a file keeps its mode, encoding, mark and line ends', async () => {
  await writeFile(file('a.sh'), '\ufeffone\r\ntwo\r\n')
  await chmod(file('a.sh'), 0o750)
  expect(await house.call('write_file', { path: 'a.sh', content: 'three\nfour\n' })).toEqual({ result: { path: 'a.sh', created: false, bytes: 16 } })
  expect(await readFile(file('a.sh'), 'utf8')).toBe('\ufeffthree\r\nfour\r\n')
  expect((await stat(file('a.sh'))).mode & 0o777).toBe(0o750)
  await writeFile(file('l.txt'), Buffer.from('caf\xe9\n', 'latin1'))
  await house.call('edit_file', { path: 'l.txt', edits: [{ find: 'café', replace: 'thé' }] })
  expect(await readFile(file('l.txt'), 'latin1')).toBe('thé\n')
  expect(await house.call('edit_file', { path: 'l.txt', edits: [{ find: 'thé', replace: '→' }] })).toMatchObject({ error: { code: 'ENCODING' } })
  expect(await house.call('write_file', { path: 'l.txt', content: 'a\0' })).toMatchObject({ error: { code: 'INVALID_TEXT' } })
  expect(await readFile(file('l.txt'), 'latin1')).toBe('thé\n')
})

test('create_file makes the folders above and refuses what exists; a write through a link changes what it leads to', async () => {
  expect(await house.call('create_file', { path: 'a/b/c.txt', content: 'x' })).toEqual({ result: { path: 'a/b/c.txt', created: true, bytes: 1 } })
  expect(await house.call('create_file', { path: 'a/b/c.txt', content: 'y' })).toMatchObject({ error: { code: 'ALREADY_EXISTS' } })
  await symlink('a/b/c.txt', file('link'))
  expect(await house.call('write_file', { path: 'link', content: 'z' })).toMatchObject({ result: { path: 'a/b/c.txt', created: false } })
  expect([await readFile(file('a/b/c.txt'), 'utf8'), (await stat(file('link'))).isFile()]).toEqual(['z', true])
  expect(await house.call('write_file', { path: 'a/b', content: '' })).toMatchObject({ error: { code: 'IS_DIRECTORY' } })
  expect(await house.call('write_file', { path: 'a/b/c.txt/d', content: '' })).toMatchObject({ error: { code: 'NOT_FOUND' } })
  expect(await house.call('write_file', { path: '.git/hooks/pre-commit', content: '' })).toMatchObject({ error: { code: 'PROTECTED_PATH' } })
})

test('an edit gives its diff and how often it replaced; a failed one changes nothing', async () => {
  await writeFile(file('a.ts'), 'a\nb\na\n')
  expect(await house.call('edit_file', { path: 'a.ts', edits: [{ find: 'a', replace: 'c', all: true }] })).toEqual({
    result: { path: 'a.ts', replaced: 2, diff: 'diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1,3 +1,3 @@\n-a\n+c\n b\n-a\n+c\n' },
  })
  expect(await house.call('edit_file', { path: 'a.ts', edits: [{ find: 'b', replace: 'd' }, { find: 'zzz', replace: '' }] })).toMatchObject({ error: { code: 'NO_MATCH' } })
  expect(await house.call('edit_file', { path: 'a.ts', edits: [{ find: 'c', replace: 'd' }] })).toMatchObject({ error: { code: 'AMBIGUOUS_MATCH' } })
  expect(await house.call('edit_file', { path: 'none.ts', edits: [{ find: 'c', replace: 'd' }] })).toMatchObject({ error: { code: 'NOT_FOUND' } })
  expect(await readFile(file('a.ts'), 'utf8')).toBe('c\nb\nc\n')
})

test('an approval shows the diff of what would be done, and nothing is done by asking', async () => {
  await writeFile(file('a.txt'), 'one\n')
  const prepared = await house.executor.prepare('write_file', { path: 'a.txt', content: 'two\n' }, house.workspace, new AbortController().signal)
  expect(prepared.subject).toMatchObject({ writes: ['a.txt'], effect: 'file', preview: expect.stringContaining('-one\n+two\n') })
  expect(await readFile(file('a.txt'), 'utf8')).toBe('one\n')
})
