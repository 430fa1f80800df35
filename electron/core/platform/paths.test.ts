import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { dataPaths } from './paths.ts'

test('the option wins over the variable, the variable over the usual place', () => {
  expect(dataPaths('a', { RAINY_DATA_DIR: '/b' }).dir).toBe(resolve('a'))
  expect(dataPaths(undefined, { RAINY_DATA_DIR: '/b c/ü' })).toMatchObject({ dir: resolve('/b c/ü'), database: resolve('/b c/ü/rainy.db') })
})

test.runIf(process.platform === 'linux')('the usual place is XDG_DATA_HOME where that is absolute, else below the home folder; empty variables count as none', () => {
  expect(dataPaths(undefined, { RAINY_DATA_DIR: '', XDG_DATA_HOME: '/x' }).dir).toBe('/x/rainy-brain')
  for (const given of [undefined, '', 'relative']) expect(dataPaths(undefined, { XDG_DATA_HOME: given }).dir).toBe(join(homedir(), '.local/share/rainy-brain'))
})
