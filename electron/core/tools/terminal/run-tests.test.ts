import * as fc from 'fast-check'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { z } from 'zod'
import { systemClock } from '../../platform/clock.ts'
import { systemIds } from '../../platform/ids.ts'
import { silentLog } from '../../platform/log.ts'
import { openWorkspace } from '../../workspace/open-workspace.ts'
import { createRunTestsTool } from './run-tests.ts'
import { createTerminals } from './terminals.ts'
import { parseGoReport, parseJestReport, parseMochaReport } from './tests/json-report.ts'
import { parseJunit } from './tests/junit-report.ts'
import { parseCargoOutput, parseTextSummary } from './tests/text-summary.ts'

const terminals = createTerminals({ env: process.env, log: silentLog, clock: systemClock, ids: systemIds })
const tool = createRunTestsTool({ terminals })
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function project(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'project-')))
  folders.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

type Result = z.input<typeof tool.output>
async function run(root: string, args: { path?: string; filter?: string } = {}): Promise<Result> {
  const workspace = await openWorkspace({ root, protectedPaths: [], log: silentLog })
  try {
    return await tool.run(args, { workspace, signal: new AbortController().signal, onOutput() {}, noteRead() {} })
  } finally {
    await workspace.dispose()
  }
}


const NODE_TESTS = `import { test, describe } from 'node:test'
import assert from 'node:assert'
test('adds', () => assert.equal(1 + 1, 2))
describe('group', () => {
  test('breaks "here" & <there>', () => assert.equal(1, 2))
})
test.skip('later', () => {})
`

test('node:test by the script of the project', async () => {
  const root = project({ 'package.json': '{"type":"module","scripts":{"test":"node --test"}}', 'test/a.test.js': NODE_TESTS })
  const result = await run(root)
  expect(result).toMatchObject({ runner: 'node:test', passed: 1, failed: 1, skipped: 1, failures: [{ name: 'group > breaks "here" & <there>', path: 'test/a.test.js', line: 5 }] })
  expect(result.failures[0]?.message).toContain('1 == 2')
  expect(await run(root, { path: 'test/a.test.js', filter: 'adds' })).toMatchObject({ passed: 1, failed: 0, failures: [] })
})

test('node:test where nothing says so but the files', async () => {
  expect(await run(project({ 'a.test.mjs': NODE_TESTS }))).toMatchObject({ runner: 'node:test', passed: 1, failed: 1 })
})

test('a script that wraps the runner is run as it stands and read from its text', async () => {
  const root = project({ 'package.json': '{"type":"module","scripts":{"test":"echo begin && node --test --test-reporter=tap"}}', 'a.test.js': NODE_TESTS })
  expect(await run(root)).toMatchObject({ runner: 'npm test', passed: 1, failed: 1, skipped: 1 })
})

test('vitest', async () => {
  const root = project({
    'package.json': '{"scripts":{"test":"vitest run"},"devDependencies":{"vitest":"*"}}',
    'vitest.config.mjs': 'export default { test: { pool: "threads" } }',
    'a.test.js': `import { test, expect } from 'vitest'\ntest('good', () => {})\ntest('bad', () => {\n  expect(1).toBe(2)\n})\ntest.todo('later')\n`,
    'broken.test.js': `import './missing.js'\n`,
  })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const result = await run(root)
  expect(result).toMatchObject({ runner: 'vitest', passed: 1, failed: 2, skipped: 1 })
  expect(result.failures.map(({ name, path, line }) => ({ name, path, line }))).toEqual(
    expect.arrayContaining([{ name: 'bad', path: 'a.test.js', line: 4 }, { name: 'broken.test.js', path: 'broken.test.js', line: undefined }]),
  )
  expect(await run(root, { path: 'a.test.js', filter: 'good' })).toMatchObject({ passed: 1, failed: 0 })
})

test('a run that breaks before any test is no success', async () => {
  const root = project({ 'package.json': '{"scripts":{"test":"echo compiling; exit 2"}}' })
  expect(await run(root)).toMatchObject({ runner: 'npm test', passed: 0, failed: 1, failures: [{ name: 'exit 2', message: expect.stringContaining('compiling') }] })
})

test('the runner of the nearest folder is taken', async () => {
  const root = project({ 'package.json': '{"scripts":{"test":"exit 1"}}', 'packages/a/package.json': '{"type":"module","scripts":{"test":"node --test"}}', 'packages/a/x.test.js': NODE_TESTS })
  expect(await run(root, { path: 'packages/a', filter: 'adds' })).toMatchObject({ runner: 'node:test', passed: 1 })
})

test('NO_TEST_RUNNER', async () => {
  for (const files of [{ 'a.txt': '' }, { 'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' }, { 'package.json': 'not json' }] as Array<Record<string, string>>) {
    await expect(run(project(files))).rejects.toMatchObject({ code: 'NO_TEST_RUNNER' })
  }
})

test('what pytest writes', () => {
  const report = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="2" skipped="1" tests="4" time="0.115"><testcase classname="test_a" name="test_good" file="test_a.py" line="1" time="0.001" /><testcase classname="test_a" name="test_bad" file="test_a.py" line="3" time="0.001"><failure message="AssertionError: no &amp; way&#10;assert 1 == 2">def test_bad():
&gt;       assert 1 == 2, "no &amp; way"
E       AssertionError: no &amp; way

test_a.py:5: AssertionError</failure></testcase><testcase classname="test_a" name="test_skip" file="test_a.py" line="5" time="0.000"><skipped type="pytest.skip" message="unconditional skip">test_a.py:6: unconditional skip</skipped></testcase><testcase classname="test_a.TestThing" name="test_in" file="test_a.py" line="9" time="0.000"><failure message="ValueError: x">test_a.py:11: ValueError</failure></testcase></testsuite></testsuites>`
  expect(parseJunit(report)).toEqual({
    passed: 1,
    failed: 2,
    skipped: 1,
    failures: [
      { name: 'test_a > test_bad', path: 'test_a.py', message: expect.stringContaining('assert 1 == 2, "no & way"') },
      { name: 'test_a.TestThing > test_in', path: 'test_a.py', message: 'test_a.py:11: ValueError' },
    ],
  })
  expect(parseTextSummary('SKIPPED [1] test_a.py:6: unconditional skip\nFAILED test_a.py::test_bad - AssertionError: no & way\n=========== 1 failed, 1 passed, 1 skipped in 5.40s ============\n')).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
    failures: [{ name: 'test_bad', path: 'test_a.py', message: 'AssertionError: no & way' }],
  })
})

test('what cargo writes', () => {
  const output = `running 3 tests
test tests::good ... ok
test tests::later ... ignored
test tests::bad ... FAILED

failures:

---- tests::bad stdout ----

thread 'tests::bad' (18186) panicked at src/lib.rs:6:13:
assertion \`left == right\` failed
  left: 1
 right: 2


failures:
    tests::bad

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.07s

   Doc-tests x

running 0 tests

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`
  expect(parseCargoOutput(output)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    failures: [{ name: 'tests::bad', path: 'src/lib.rs', line: 6, message: expect.stringContaining('left == right') }],
  })
})

test('what go writes', () => {
  const events = [
    { Action: 'run', Package: 'x', Test: 'TestBad' },
    { Action: 'output', Package: 'x', Test: 'TestBad', Output: '    a_test.go:6: wrong\n' },
    { Action: 'fail', Package: 'x', Test: 'TestBad', Elapsed: 0 },
    { Action: 'pass', Package: 'x', Test: 'TestGood', Elapsed: 0 },
    { Action: 'skip', Package: 'x', Test: 'TestLater', Elapsed: 0 },
    { Action: 'fail', Package: 'x', Elapsed: 0.1 },
    { Action: 'output', Package: 'y', Output: 'y/y.go:1:1: expected package\n' },
    { Action: 'fail', Package: 'y', Elapsed: 0 },
  ]
  expect(parseGoReport(events.map((event) => JSON.stringify(event)).join('\n'))).toEqual({
    passed: 1,
    failed: 2,
    skipped: 1,
    failures: [
      { name: 'x.TestBad', message: '    a_test.go:6: wrong\n', path: 'a_test.go', line: 6 },
      { name: 'y', message: 'y/y.go:1:1: expected package\n' },
    ],
  })
})

test('no report or output, however damaged, makes a parser throw', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.array(fc.oneof(fc.string(), fc.constantFrom('<testsuite name="a">', '<testcase name="x" file="f">', '</testcase>', '<failure message="&#x110000;&bad;">', '<![CDATA[', ']]>', '{"Action":"fail"}\n', 'test result: ok. 1 passed; 0 failed; 0 ignored\n', 'Tests: 1 failed, 2 total\n', '# pass 3\n', 'TAP version 13\n', 'not ok 1 - x\n'))).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (report) => {
      for (const parse of [parseJestReport, parseMochaReport, parseGoReport, parseJunit, parseTextSummary]) {
        const counts = parse(report)
        expect(counts === undefined || counts.passed + counts.failed + counts.skipped >= 0).toBe(true)
      }
    }),
  )
})
