import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonValue } from '../../../shared/json.ts'
import { ERROR_TABLE } from '../../../shared/errors.ts'
import { silentLog } from '../platform/log.ts'
import { openHouse, type ToolHouse } from './executor.fixture.ts'

let house: ToolHouse
const surprises: unknown[] = []
beforeAll(async () => {
  house = await openHouse({ log: { ...silentLog, error: (message, fields) => surprises.push({ message, fields }) } })
  await mkdir(join(house.root, 'src'))
  await writeFile(join(house.root, 'src/a.ts'), 'const a = 1\nconst b = 2\n')
  await writeFile(join(house.root, 'bin.dat'), Buffer.from([0, 1, 2, 255]))
  await symlink('/', join(house.root, 'root'))
})
afterAll(async () => house.dispose())

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', '.', '..', 'src/a.ts', 'src', 'bin.dat', 'root/etc/passwd', '\0', '\ud800', '-e', '--', '(', '[', '{a', '*', '**/*', 'const a', 'x'.repeat(300)))
const odd: fc.Arbitrary<unknown> = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }))
const names = fc.constantFrom('path', 'content', 'edits', 'pattern', 'glob', 'offset', 'limit', 'depth', 'context', 'literal', 'caseSensitive', '__proto__', 'extra')
const edits = fc.array(fc.record({ find: text, replace: text, all: fc.boolean() }, { requiredKeys: [] }), { maxLength: 3 })
const args: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(names, odd, { maxKeys: 5 }) },
  { weight: 4, arbitrary: fc.record({ path: text, content: text, edits, pattern: text, glob: text, offset: fc.integer(), limit: fc.integer(), depth: fc.integer({ min: -1, max: 40 }) }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: odd },
)

/** JSON is what comes in over every wall. */
const asJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue

test.each(['read_file', 'list_dir', 'read_directory_tree', 'write_file', 'create_file', 'edit_file', 'search_code'])('whatever %s is given, it answers with a result or an error of the list', { timeout: 60_000 }, async (tool) => {
  const schema = house.executor.list().find(({ name }) => name === tool)
  const known = Object.keys((schema?.inputSchema['properties'] ?? {}) as object)
  const fitting = args.map((value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => known.includes(name))) : value))
  await fc.assert(
    fc.asyncProperty(fc.oneof(args, fitting), async (value) => {
      const outcome = await house.call(tool, asJson(value))
      const code = 'error' in outcome ? outcome.error.code : 'none'
      expect(code === 'none' || (code in ERROR_TABLE && code !== 'INTERNAL') ? 'ok' : outcome).toBe('ok')
    }),
    { numRuns: 120 },
  )
  expect(surprises).toEqual([])
})
