import { execFileSync } from 'node:child_process'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ERROR_TABLE, RainyError } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import { silentLog } from '../platform/log.ts'
import { openHouse, type ToolHouse } from './executor.fixture.ts'
import { checkRequest } from './terminal/run-in-shell.ts'

let house: ToolHouse
const surprises: unknown[] = []
beforeAll(async () => {
  house = await openHouse({
    log: { ...silentLog, error: (message, fields) => surprises.push({ message, fields }) },
    terminals: {
      // Random text is no command to run: what is wrong with a request is found as for a real one, and then nothing starts.
      async run(request) {
        await checkRequest(request)
        return { exitCode: 0, output: '', truncated: false, durationMs: 1 }
      },
    },
    languageServers: {
      async diagnostics() {
        throw new RainyError('LANGUAGE_SERVER_UNAVAILABLE', 'There is none.')
      },
    },
  })
  execFileSync('git', ['init', '-q', '-b', 'main', house.root])
  execFileSync('git', ['-C', house.root, '-c', 'user.name=n', '-c', 'user.email=e@x', 'commit', '-q', '--allow-empty', '-m', 'first'])
  await mkdir(join(house.root, 'src'))
  await writeFile(join(house.root, 'package.json'), '{ "scripts": { "test": "node --test" } }')
  await writeFile(join(house.root, 'src/a.ts'), 'export const a = 1\n')
  await writeFile(join(house.root, 'src/broken.py'), 'def (\n')
  await writeFile(join(house.root, 'bin.ts'), Buffer.from([0, 1, 2, 255]))
  await symlink('/', join(house.root, 'root'))
  execFileSync('mkfifo', [join(house.root, 'pipe.ts'), join(house.root, 'pipe.test.js'), join(house.root, '.git/info/pipe')])
  // Whatever the folder holds, nothing waits for the other end of a pipe.
  await rename(join(house.root, '.git/info/pipe'), join(house.root, '.git/info/exclude'))
})
afterAll(async () => house.dispose())

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', '.', '..', 'src', 'src/a.ts', 'src/broken.py', 'bin.ts', 'pipe.ts', 'root/etc', 'package.json', '.git/config', '\0', '\ud800', '-p', '--output=x', '--', 'HEAD', 'main', 'HEAD~9', '@{u}', ':/x', 'a'.repeat(40), 'a', '(', "'; exit 1; '", 'x'.repeat(300)),
)
const odd: fc.Arbitrary<unknown> = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }))
const time = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, 1.5, 1e12, 1000))

const FITTING: Record<string, fc.Arbitrary<unknown>> = {
  run_command: fc.record({ command: text, cwd: text, timeoutMs: time, env: fc.dictionary(fc.oneof(text, fc.constantFrom('A', '__proto__')), text, { maxKeys: 2 }) }, { requiredKeys: ['command'] }),
  run_tests: fc.record({ path: text, filter: text, timeoutMs: time }, { requiredKeys: [] }),
  git_status: fc.constant({}),
  git_diff: fc.record({ path: text, staged: fc.boolean(), ref: text }, { requiredKeys: [] }),
  git_commit: fc.record({ message: text, paths: fc.array(text, { maxLength: 3 }) }, { requiredKeys: ['message'] }),
  get_diagnostics: fc.record({ path: text }, { requiredKeys: [] }),
  analyze_code: fc.record({ path: text, symbol: text }, { requiredKeys: ['path'] }),
}

/** JSON is what comes in over every wall. */
const asJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue
const RUNS = Number(process.env['RAINY_PROPERTY_RUNS'] ?? 60)

test.each(Object.keys(FITTING))('whatever %s is given, it answers with a result or an error of the list', { timeout: 60_000 }, async (tool) => {
  const args = fc.oneof({ weight: 3, arbitrary: FITTING[tool] ?? odd }, { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('path', 'command', 'message', 'ref', 'extra', '__proto__'), odd, { maxKeys: 4 }) }, { weight: 1, arbitrary: odd })
  await fc.assert(
    fc.asyncProperty(args, async (value) => {
      const outcome = await house.call(tool, asJson(value))
      const code = 'error' in outcome ? outcome.error.code : 'none'
      expect(code === 'none' || (code in ERROR_TABLE && code !== 'INTERNAL' && code !== 'TIMEOUT') ? 'ok' : outcome).toBe('ok')
    }),
    { numRuns: RUNS },
  )
  expect(surprises).toEqual([])
})

test('an approval of a command shows its folder and what is set for it, each value as one word', async () => {
  const never = new AbortController().signal
  const { subject } = await house.executor.prepare('run_command', { command: 'npm test', cwd: 'src/../src', env: { NODE_OPTIONS: "--import 'x'; y", A: '' } }, house.workspace, never)
  expect(subject).toMatchObject({
    command: String.raw`export NODE_OPTIONS='--import '\''x'\''; y'; export A=''; npm test`,
    cwd: 'src',
    preview: `cd src\n${subject.command}`,
    writes: [],
  })
  const other = await house.executor.prepare('run_command', { command: 'npm test', cwd: 'src/../src' }, house.workspace, never)
  expect(other.subject.hash).not.toBe(subject.hash)
})

test('what would run is shown for tests, and a filter stays one word of it', async () => {
  const { subject } = await house.executor.prepare('run_tests', { filter: "a'; rm -rf $HOME; '" }, house.workspace, new AbortController().signal)
  expect(subject.command).toBe(subject.preview)
  expect(subject.command).toContain(String.raw`'--test-name-pattern=a'\''; rm -rf \$HOME; '\'''`)
})

test('an approval is bound to what runs: tests that come to another command, and a folder that comes to another, are other calls', async () => {
  const prepare = async (tool: string, args: JsonValue) => house.executor.prepare(tool, args, house.workspace, new AbortController().signal)
  const before = [await prepare('run_tests', {}), await prepare('run_command', { command: 'ls', cwd: 'place' }), await prepare('write_file', { path: 'place/x', content: '' })]
  await writeFile(join(house.root, 'package.json'), '{ "scripts": { "test": "./other" } }')
  await symlink('src', join(house.root, 'place'))
  const after = [await prepare('run_tests', {}), await prepare('run_command', { command: 'ls', cwd: 'place' }), await prepare('write_file', { path: 'place/x', content: '' })]
  expect(after.map(({ identity }) => identity)).toEqual(before.map(({ identity }) => identity))
  expect(after.map(({ subject }, at) => subject.hash === before[at]?.subject.hash)).toEqual([false, false, false])
})
