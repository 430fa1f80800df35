import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHouse, type ToolHouse } from '../executor.fixture.ts'

let house: ToolHouse
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house.dispose())

async function put(files: Record<string, string | Buffer>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(house.root, path, '..'), { recursive: true })
    await writeFile(join(house.root, path), content)
  }
}

test('matches come by path and line, their columns in characters', async () => {
  await put({ 'b.ts': 'x\näé😀needle\n', 'a/c.ts': 'needle needle\n', '.gitignore': 'out\n', 'out/d.ts': 'needle', '.github/w.yml': 'needle', '.git/x': 'needle' })
  expect(await house.call('search_code', { pattern: 'needle' })).toEqual({
    result: {
      matches: [
        { path: '.github/w.yml', line: 1, column: 1, text: 'needle' },
        { path: 'a/c.ts', line: 1, column: 1, text: 'needle needle' },
        { path: 'b.ts', line: 2, column: 4, text: 'äé😀needle' },
      ],
      truncated: false,
    },
  })
})

test('globs, plain text, letter case, context and a single file are respected', async () => {
  await put({ 'a.ts': 'one\nTwo.x\nthree\n', 'b.md': 'two.x\n', 'sub/c.ts': 'twoyx\n' })
  const search = async (args: object): Promise<unknown> => house.call('search_code', { pattern: 'two.x', ...args })
  expect(await search({ literal: true })).toMatchObject({ result: { matches: [{ path: 'b.md' }] } })
  expect(await search({ caseSensitive: false, glob: '*.ts', literal: true })).toMatchObject({ result: { matches: [{ path: 'a.ts', line: 2 }] } })
  expect(await search({ path: 'sub' })).toEqual({ result: { matches: [{ path: 'sub/c.ts', line: 1, column: 1, text: 'twoyx' }], truncated: false } })
  expect(await search({ path: 'a.ts', caseSensitive: false, context: 1 })).toEqual({
    result: { matches: [{ path: 'a.ts', line: 2, column: 1, text: 'Two.x', before: ['one'], after: ['three'] }], truncated: false },
  })
  expect(await search({ pattern: 'one\\nTwo' })).toMatchObject({ result: { matches: [{ path: 'a.ts', line: 1 }] } })
})

test('a limit ends the search and says that there is more', async () => {
  await put({ 'a.txt': 'x\n'.repeat(50) })
  const end = await house.call('search_code', { pattern: 'x', limit: 3 })
  expect(end).toMatchObject({ result: { truncated: true } })
  expect(end).toHaveProperty('result.matches.length', 3)
  expect(await house.call('search_code', { pattern: 'x', limit: 50 })).toMatchObject({ result: { truncated: false } })
})

test('a pattern or glob that ripgrep refuses is an error of the arguments', async () => {
  expect(await house.call('search_code', { pattern: '(' })).toMatchObject({ error: { code: 'INVALID_TOOL_ARGS' } })
  expect(await house.call('search_code', { pattern: 'x', glob: '{a' })).toMatchObject({ error: { code: 'INVALID_TOOL_ARGS' } })
  expect(await house.call('search_code', { pattern: 'a\0b' })).toMatchObject({ error: { code: 'INVALID_TOOL_ARGS' } })
})

test('nothing that is given can be taken for an option', async () => {
  await put({ 'a.txt': '--files\n', '--version': 'v --files\n' })
  expect(await house.call('search_code', { pattern: '--files' })).toHaveProperty('result.matches.length', 2)
  expect(await house.call('search_code', { pattern: 'v', path: '--version' })).toMatchObject({ result: { matches: [{ path: '--version', line: 1 }] } })
  expect(await house.call('search_code', { pattern: 'x', glob: '--pre=/bin/true' })).toEqual({ result: { matches: [], truncated: false } })
})

test('a pipe is refused and does not make it wait', async () => {
  execFileSync('mkfifo', [join(house.root, 'pipe')])
  expect(await house.call('search_code', { pattern: 'x', path: 'pipe' })).toMatchObject({ error: { code: 'NOT_REGULAR_FILE' } })
  expect(await house.call('search_code', { pattern: 'x' })).toEqual({ result: { matches: [], truncated: false } })
  expect(await house.call('search_code', { pattern: 'x', path: 'none' })).toMatchObject({ error: { code: 'NOT_FOUND' } })
})

test('lines that are no UTF-8 and lines without end do no harm', async () => {
  await put({ 'latin.txt': Buffer.from('caf\xe9 needle\n', 'latin1'), 'long.js': `${'a'.repeat(100_000)}needle${'b'.repeat(100_000)}` })
  const end = await house.call('search_code', { pattern: 'needle' })
  expect(end).toMatchObject({ result: { matches: [{ path: 'latin.txt', column: 6 }, { path: 'long.js', column: 100_001 }] } })
  expect(JSON.stringify(end).length).toBeLessThan(2000)
})
