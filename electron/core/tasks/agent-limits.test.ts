import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CallSubject } from '../../../shared/tools.ts'
import { openHouse } from '../tools/executor.fixture.ts'
import { refusedTo } from './agent-limits.ts'

function write(...writes: string[]): CallSubject {
  return { tool: 'write_file', category: 'write', effect: 'file', writes, preview: '', hash: '' }
}

test('the docs agent writes documentation and nothing else', () => {
  const may = ['README.md', 'readme', 'a/b/notes.md', 'docs/index.html', 'docs/.nav', 'CHANGELOG', 'packages/a/CHANGELOG.txt', 'LICENSE', 'License-MIT']
  const mayNot = ['src/a.ts', 'package.json', 'a.md.ts', 'src/docs/a.ts', 'docs.ts', '.github/workflows/ci.yml', 'md']
  expect(may.filter((path) => refusedTo('docs', write(path)))).toEqual([])
  expect(mayNot.map((path) => refusedTo('docs', write(path))?.code)).toEqual(mayNot.map(() => 'DENIED'))
  expect(refusedTo('docs', write('README.md', 'src/a.ts'))?.code).toBe('DENIED')
})

test('what cannot be told to write documentation only is refused to it; reads and other agents are not', () => {
  const command: CallSubject = { tool: 'run_command', category: 'execute', effect: 'external', writes: [], command: 'ls', preview: '', hash: '' }
  expect(refusedTo('docs', command)?.code).toBe('DENIED')
  expect(refusedTo('docs', { ...command, tool: 'read_file', effect: 'none' })).toBeUndefined()
  expect([refusedTo('coder', write('src/a.ts')), refusedTo('constructor', write('src/a.ts'))]).toEqual([undefined, undefined])
})

test('a path that says docs and leads to code is code', async () => {
  const house = await openHouse()
  await mkdir(join(house.root, 'src'))
  await mkdir(join(house.root, 'docs'))
  await symlink('../src', join(house.root, 'docs/link'))
  const asked = ['docs/link/a.ts', 'docs/../src/a.ts', 'README.md/../src/a.ts']
  const prepared = await Promise.all(asked.map((path) => house.executor.prepare('write_file', { path, content: '' }, house.workspace, new AbortController().signal)))
  expect(prepared.map(({ subject }) => refusedTo('docs', subject)?.code)).toEqual(asked.map(() => 'DENIED'))
  await house.dispose()
})
