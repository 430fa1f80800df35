import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'folder-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

test('makes the folder and those above it, and leaves one that is there', () => {
  makeFolder(join(dir, 'a/b c/ü'), 0o700)
  makeFolder(join(dir, 'a/b c/ü'))
  expect(statSync(join(dir, 'a/b c/ü')).mode & 0o777).toBe(0o700)
})

test('a file in the way is said', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => makeFolder(join(dir, 'file'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
  expect(() => makeFolder(join(dir, 'file/below'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
})

test('a link that leads nowhere is said, and not followed', () => {
  symlinkSync(join(dir, 'gone'), join(dir, 'link'))
  expect(() => makeFolder(join(dir, 'link'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  expect(existsSync(join(dir, 'gone'))).toBe(false)
})

test.runIf(process.platform === 'linux')('where nothing can be made it ends with an error', () => {
  expect(() => makeFolder('/proc/rainy/data')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
