import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readRegular } from './read-regular.ts'

test('a file is read; a pipe, a folder and what is too large are refused at once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rainy-read-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = (name: string): string => join(folder, name)
  writeFileSync(path('file'), 'text')
  execFileSync('mkfifo', [path('pipe')])
  writeFileSync(path('huge'), '')
  truncateSync(path('huge'), 3 * 1024 ** 3)
  expect(readRegular(path('file')).toString()).toBe('text')
  const codes = [path('pipe'), folder, path('huge'), path('none'), '/dev/zero'].map((one) => {
    try {
      return readRegular(one)
    } catch (error) {
      return error
    }
  })
  expect(codes).toEqual(['NOT_REGULAR_FILE', 'IS_DIRECTORY', 'FILE_TOO_LARGE', 'ENOENT', 'NOT_REGULAR_FILE'].map((code) => expect.objectContaining({ code })))
  expect(() => readRegular(path('file'), 3)).toThrow('more than can be read')
})
