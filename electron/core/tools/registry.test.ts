import { execFileSync } from 'node:child_process'
import { z } from 'zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toolInfoSchema } from '../../../shared/tools.ts'
import { openHouse, type ToolHouse } from './executor.fixture.ts'

let house: ToolHouse
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => house.dispose())

test('each tool is listed with its schemas, which know no other arguments than their own', () => {
  const tools = z.array(toolInfoSchema).parse(house.executor.list())
  expect(tools.map(({ name }) => name).toSorted()).toEqual(
    ['analyze_code', 'create_file', 'edit_file', 'get_diagnostics', 'git_commit', 'git_diff', 'git_status', 'list_dir', 'read_directory_tree', 'read_file', 'run_command', 'run_tests', 'search_code', 'write_file'],
  )
  expect(tools.filter(({ inputSchema }) => inputSchema['additionalProperties'] !== false)).toEqual([])
  expect(tools.filter(({ outputSchema }) => outputSchema['type'] !== 'object')).toEqual([])
})

test('what has an effect is never run beside another call, except where it may be repeated', () => {
  expect(house.executor.list().filter(({ effect, parallel }) => parallel && effect !== 'none' && effect !== 'repeatable')).toEqual([])
})

test('listing the tools loads nothing that they work with', () => {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve(specifier, context, next) { loaded.push(specifier); return next(specifier, context) } })
    const { createRegistry } = await import(${JSON.stringify(new URL('registry.ts', import.meta.url).href)})
    if (createRegistry({ terminals: {}, languageServers: {}, caches: {} }, {}).list().length < 10) throw new Error('no tools')
    console.log(JSON.stringify(loaded.filter((one) => !one.startsWith('.') && /isomorphic-git|ast-grep|node-pty|typescript|parcel|ripgrep|^ignore$|languageserver/u.test(one))))`
  expect(JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))).toEqual([])
})
