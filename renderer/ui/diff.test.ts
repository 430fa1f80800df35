import * as fc from 'fast-check'
import { createTwoFilesPatch } from 'diff'
import { expect, test } from 'vitest'
import { parseDiff } from './diff.ts'

test('lines are numbered on the side they are on, and counted', () => {
  const [file] = parseDiff('--- a/x.ts\n+++ b/x.ts\n@@ -3,2 +3,3 @@\n one\n-two\n+2\n+3\n')
  expect(file).toMatchObject({ path: 'x.ts', added: 2, removed: 1 })
  expect(file?.hunks[0]?.lines.map(({ kind, oldLine, newLine, text }) => [kind, oldLine, newLine, text])).toEqual([
    ['context', 3, 3, 'one'],
    ['removed', 4, null, 'two'],
    ['added', null, 4, '2'],
    ['added', null, 5, '3'],
  ])
})

test('a file that is new or gone has its own name', () => {
  expect(parseDiff('--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1,1 @@\n+x\n--- a/old.ts\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n').map(({ path }) => path)).toEqual(['new.ts', 'old.ts'])
})

test('whatever text a preview is, it is never more than shown wrongly', () => {
  const preview = fc.oneof(fc.string(), fc.constantFrom('@@ -1 +1 @@', '--- a\n+++ b\n@@ nonsense', 'git diff @@ -x'))
  fc.assert(fc.property(preview, (text) => void expect(() => parseDiff(text)).not.toThrow()))
})

test('the counts are those of the difference', () => {
  const line = fc.constantFrom('a', 'b', 'c', 'd')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(line, { maxLength: 20 }), (before, after) => {
      const text = (lines: string[]): string => lines.map((one) => `${one}\n`).join('')
      const file = parseDiff(createTwoFilesPatch('a/f', 'b/f', text(before), text(after)))[0]
      expect((file?.added ?? 0) - (file?.removed ?? 0)).toBe(after.length - before.length)
    }),
  )
})
