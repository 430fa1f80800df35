import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openHouse, type ToolHouse } from './executor.fixture.ts'

let house: ToolHouse
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house.dispose())

test('a file is written, read and edited', async () => {
  expect(await house.call('write_file', { path: 'src/a.ts', content: 'one\ntwo\n' })).toEqual({ result: { path: 'src/a.ts', created: true, bytes: 8 } })
  expect(await house.call('read_file', { path: 'src/a.ts' })).toEqual({ result: { content: 'one\ntwo\n', lines: 2, truncated: false } })
  expect(await house.call('edit_file', { path: 'src/a.ts', edits: [{ find: 'two', replace: 'three' }] })).toMatchObject({ result: { replaced: 1 } })
  expect(await readFile(join(house.root, 'src/a.ts'), 'utf8')).toBe('one\nthree\n')
})

test('a read after a write in one batch sees the write, and the batch is one checkpoint', async () => {
  const end = await house.batch([
    { tool: 'write_file', args: { path: 'a.txt', content: 'new\n' } },
    { tool: 'edit_file', args: { path: 'a.txt', edits: [{ find: 'new', replace: 'newer' }] } },
    { tool: 'read_file', args: { path: 'a.txt' } },
  ])
  expect(end.outcomes.map((outcome) => outcome.status)).toEqual(['success', 'success', 'success'])
  expect(end.outcomes[2]).toMatchObject({ result: { content: 'newer\n' } })
  expect(house.db.transaction(() => end.commit())).toEqual({ checkpoint: 1, files: ['a.txt'] })
  expect(house.executor.diffOfTask('task')).toBe('diff --git a/a.txt b/a.txt\nnew file mode 100644\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+newer\n')
  expect(house.executor.changesOfTask('task')).toEqual([{ path: 'a.txt', added: 1, removed: 0, status: 'added' }])
})

test('a file that changed since the run read it is not written over', async () => {
  await writeFile(join(house.root, 'a.txt'), 'one\n')
  const read = await house.batch([{ tool: 'read_file', args: { path: 'a.txt' } }], { step: 'first' })
  house.db.transaction(() => read.commit())
  await writeFile(join(house.root, 'a.txt'), 'someone else\n')
  const write = await house.batch([{ tool: 'write_file', args: { path: 'a.txt', content: 'mine\n' } }], { step: 'second' })
  expect(write.outcomes[0]).toMatchObject({ status: 'error', error: { code: 'STALE_FILE' } })
  expect(await readFile(join(house.root, 'a.txt'), 'utf8')).toBe('someone else\n')
})

test('a call that has finished gives its stored result and does not run again', async () => {
  const first = await house.batch([{ tool: 'create_file', args: { path: 'a.txt', content: 'x' } }])
  house.db.transaction(() => first.commit())
  await writeFile(join(house.root, 'a.txt'), 'changed by hand')
  const again = await house.batch([{ tool: 'create_file', args: { path: 'a.txt', content: 'x' } }])
  expect(again.outcomes).toMatchObject([{ status: 'success', result: { path: 'a.txt', created: true, bytes: 1 } }])
  expect(house.db.transaction(() => again.commit())).toBeUndefined()
  expect(await readFile(join(house.root, 'a.txt'), 'utf8')).toBe('changed by hand')
})

test('what cannot be run says why: an unknown tool, an unknown argument', async () => {
  expect(await house.call('no_such_tool', {})).toMatchObject({ error: { code: 'UNKNOWN_TOOL' } })
  expect(await house.call('read_file', { path: 'a', colour: 'red' })).toMatchObject({ error: { code: 'INVALID_TOOL_ARGS' } })
})
