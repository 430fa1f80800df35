import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHouse, type ToolHouse } from '../executor.fixture.ts'

let house: ToolHouse
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house.dispose())

async function put(files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(house.root, path, '..'), { recursive: true })
    await writeFile(join(house.root, path), content)
  }
}

test('a folder is listed by name, with the kind and size of each entry', async () => {
  await put({ 'b.txt': 'four', 'a/x.txt': '' })
  await symlink('b.txt', join(house.root, 'link'))
  expect(await house.call('list_dir', {})).toEqual({
    result: {
      entries: [
        { name: 'a', type: 'directory', size: 0 },
        { name: 'b.txt', type: 'file', size: 4 },
        { name: 'link', type: 'symlink', size: 0 },
      ],
    },
  })
})

test('listing what is not there or is no folder says so', async () => {
  await put({ 'b.txt': '' })
  expect(await house.call('list_dir', { path: 'none' })).toMatchObject({ error: { code: 'NOT_FOUND' } })
  expect(await house.call('list_dir', { path: 'b.txt' })).toMatchObject({ error: { code: 'NOT_REGULAR_FILE' } })
})

test('a tree leaves out what git ignores, by nested rules too', async () => {
  await put({
    '.gitignore': 'dist/\n*.log\n!keep.log\n',
    'dist/out.js': '',
    'keep.log': '',
    'x.log': '',
    'src/.gitignore': '/gen\n!x.log\n',
    'src/gen/a.ts': '',
    'src/x.log': '',
    'src/deep/gen/b.ts': '',
    'node_modules/m/index.js': '',
    '.git/config': '',
  })
  const tree = '.gitignore\nkeep.log\nsrc/\n  .gitignore\n  deep/\n    gen/\n      b.ts\n  x.log'
  expect(await house.call('read_directory_tree', {})).toEqual({ result: { tree, truncated: false } })
  expect(await house.call('read_directory_tree', { path: 'src', depth: 1 })).toEqual({ result: { tree: '.gitignore\ndeep/ …\nx.log', truncated: true } })
})

test('a tree that is in the cache is never shown once a name or a rule has changed', async () => {
  await put({ 'a/b/c.txt': '', 'a/b/d.log': '' })
  await sleep(80)
  const tree = async (): Promise<unknown> => house.call('read_directory_tree', { path: 'a' })
  expect(await tree()).toEqual({ result: { tree: 'b/\n  c.txt\n  d.log', truncated: false } })
  expect(await tree()).toEqual({ result: { tree: 'b/\n  c.txt\n  d.log', truncated: false } })
  await put({ '.gitignore': '*.log' })
  expect(await tree()).toEqual({ result: { tree: 'b/\n  c.txt', truncated: false } })
  await put({ 'a/b/e.txt': '' })
  expect(await tree()).toEqual({ result: { tree: 'b/\n  c.txt\n  e.txt', truncated: false } })
})

test('a tree of very many files shows the upper levels whole and says that it is in part', async () => {
  await put({ 'z/last.txt': '' })
  await mkdir(join(house.root, 'many'))
  await Promise.all(Array.from({ length: 2500 }, async (_, at) => writeFile(join(house.root, 'many', `${at}.txt`), '')))
  expect(await house.call('read_directory_tree', {})).toEqual({ result: { tree: 'many/ …\nz/\n  last.txt', truncated: true } })
})
