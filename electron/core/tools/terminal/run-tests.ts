import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import type { Workspace } from '../../workspace/types.ts'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition } from '../types.ts'
import { findRunner } from './tests/find-runner.ts'
import { bounded, type TestCounts, type TestFailure, type TestRunner, type TestSelection } from './tests/test-runner.ts'
import { COMMAND_TIMEOUT_MAX_MS, type Terminals } from './types.ts'

const TESTS_TIMEOUT_MS = 600_000
const END_LIMIT_MS = 10_000

const input = z.strictObject({
  path: z.string().optional().describe('A test file, or a folder of tests.'),
  filter: z.string().min(1).max(1000).optional().describe('Part of the names of the tests to run.'),
  timeoutMs: z.number().optional().describe('Default 600000.'),
})
const output = z.object({
  runner: z.string(),
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  failures: z.array(z.object({ name: z.string(), message: z.string(), path: z.string().optional(), line: z.int().optional() })),
  output: z.string(),
})
type Input = z.output<typeof input>

/** What the runner writes its report to, as the preview shows it. */
const REPORT_PLACEHOLDER = 'REPORT'

export function createRunTestsTool({ terminals }: { terminals: Terminals }): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'run_tests',
    description: "Runs the project's own tests and returns counts and failures.",
    category: 'execute',
    input,
    output,
    executor: 'hybrid',
    effect: 'repeatable',
    parallel: false,
    retryable: true,
    timeoutMs: TESTS_TIMEOUT_MS + END_LIMIT_MS,
    timeoutOf: ({ timeoutMs }) => Math.min(Math.max(timeoutMs ?? TESTS_TIMEOUT_MS, 0) || 0, COMMAND_TIMEOUT_MAX_MS) + END_LIMIT_MS,
    async describe(args, { workspace }) {
      const { runner, selection } = await choose(args, workspace)
      const command = runner.command(REPORT_PLACEHOLDER, selection)
      return { command, cwd: relative(workspace.root, runner.cwd) || '.', preview: command }
    },
    async run(args, { workspace, signal, onOutput }) {
      const { runner, selection } = await choose(args, workspace)
      const folder = await mkdtemp(join(tmpdir(), 'tests-'))
      const report = join(folder, 'report')
      try {
        const ended = await terminals.run({ command: runner.command(report, selection), cwd: runner.cwd, timeoutMs: args.timeoutMs ?? TESTS_TIMEOUT_MS, signal, onOutput })
        const written = await readFile(report, 'utf8').catch(() => undefined)
        const counts = honest(runner.parse(written, ended.output), ended.exitCode, ended.output)
        const failures = counts.failures.map((failure) => located(failure, runner.cwd, workspace.root))
        return { runner: runner.name, passed: counts.passed, failed: counts.failed, skipped: counts.skipped, failures, output: ended.output }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    summarize: ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    present: ({ runner, passed, failed, skipped, failures, output: text }) =>
      [`${runner}: ${passed} passed, ${failed} failed, ${skipped} skipped`, ...failures.map(({ name, message, path, line }) => `FAILED ${name}${path === undefined ? '' : ` (${path}${line === undefined ? '' : `:${line}`})`}\n${message}`), ...(failed > 0 && failures.length === 0 ? [text] : [])].join('\n'),
  })
}

async function choose({ path, filter }: Input, workspace: Workspace): Promise<{ runner: TestRunner; selection: TestSelection }> {
  const target = path === undefined ? undefined : await workspace.resolve(path, 'read')
  const runner = findRunner(workspace.root, target?.absolute ?? workspace.root)
  if (!runner) {
    throw new RainyError('NO_TEST_RUNNER', 'No test runner was found: no test script, vitest, jest, mocha, node:test file, pytest, Cargo.toml or go.mod. Add tests, or use run_command.')
  }
  const from = target ? relative(runner.cwd, target.absolute).split(sep).join('/') : ''
  return { runner, selection: { ...(from === '' ? {} : { path: from }), ...(filter === undefined ? {} : { filter }) } }
}

/** A run that failed never looks like one that passed, whatever could be read of it. */
function honest(counts: TestCounts | undefined, exitCode: number, text: string): TestCounts {
  const known = counts ?? { passed: 0, failed: 0, skipped: 0, failures: [] }
  if (exitCode === 0 || known.failed > 0) return known
  return { ...known, failed: 1, failures: [...known.failures, { name: `exit ${exitCode}`, message: bounded(text.slice(-2000).trim()) }] }
}

const PLACE = /(?:file:\/\/)?((?:\/|\b)[\w@~.+/-]*\.[a-z]+):(\d+)/g

/** Paths from the workspace; the line, where the runner does not give it, from the first place in the message that lies in it. */
function located(failure: TestFailure, cwd: string, root: string): TestFailure {
  const inWorkspace = (path: string): string | undefined => {
    const from = relative(root, resolve(cwd, path.replace(/^file:\/\//, ''))).split(sep).join('/')
    return from.startsWith('../') || isAbsolute(from) ? undefined : from
  }
  const path = failure.path === undefined ? undefined : inWorkspace(failure.path)
  const places = [...failure.message.matchAll(PLACE)].flatMap(([, place, line]) => {
    const local = inWorkspace(place!)
    return local === undefined || local.includes('node_modules/') ? [] : [{ path: local, line: Number(line) }]
  })
  const place = places.find((one) => path === undefined || one.path === path)
  const line = failure.line ?? place?.line
  const where = path ?? place?.path
  return { name: inWorkspaceName(failure.name, root), message: failure.message, ...(where === undefined ? {} : { path: where }), ...(line === undefined ? {} : { line }) }
}

function inWorkspaceName(name: string, root: string): string {
  return name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name
}
