import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { countLines, diffOfContents, type ContentChange } from './unified-diff.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rainy-diff-'))
})
afterEach(async () => rm(root, { recursive: true, force: true }))

/** What `git apply` makes of the old file and the diff. */
async function applied({ path, before, after }: ContentChange): Promise<Uint8Array | null> {
  const file = join(root, path)
  await rm(file, { force: true })
  await mkdir(dirname(file), { recursive: true })
  if (before) await writeFile(file, before.bytes, { mode: before.mode ?? 0o644 })
  const patch = diffOfContents({ path, before, after })
  if (patch !== '') execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: root, input: patch, env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(root) } })
  return readFile(file).catch(() => null)
}

const text = fc.array(fc.constantFrom('a', 'b', 'c', '', ' x', '\t', 'é', '\r'), { maxLength: 12 }).chain((lines) => fc.constantFrom('', '\n').map((end) => lines.join('\n') + (lines.length > 0 ? end : '')))
const bytes = fc.oneof({ weight: 6, arbitrary: text.map((one) => Buffer.from(one)) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one)) })
const content = fc.option(bytes.map((one) => ({ bytes: one, mode: 0o644 })))

test('git apply takes every diff and makes the new content of the old: new, deleted, binary, without a last line end, oddly named', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(content, content, fc.constantFrom('a.txt', 'dir/b c.txt', 'ü".txt', 'tab\\.txt'), async (before, after, path) => {
      fc.pre(before !== null || after !== null)
      const result = await applied({ path, before, after })
      expect(result && Buffer.from(result).toString('hex')).toBe(after && Buffer.from(after.bytes).toString('hex'))
    }),
    { numRuns: 60 },
  )
})

test('a new script is executable', async () => {
  await applied({ path: 'run.sh', before: null, after: { bytes: Buffer.from('#!/bin/sh\n'), mode: 0o755 } })
  expect((await stat(join(root, 'run.sh'))).mode & 0o111).not.toBe(0)
})

test('two long files that share nothing are compared in bounded time', async () => {
  const many = (word: string): { bytes: Buffer; mode: number } => ({ bytes: Buffer.from(Array.from({ length: 30_000 }, (_, at) => `${word}${at}\n`).join('')), mode: 0o644 })
  const change = { path: 'long.txt', before: many('a'), after: many('b') }
  expect(countLines(change)).toEqual({ added: 30_000, removed: 30_000 })
  expect(Buffer.from((await applied(change)) ?? []).equals(change.after.bytes)).toBe(true)
})
