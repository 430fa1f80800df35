import { extname } from 'node:path'
import { z } from 'zod'
import type { ValidationReport } from '../../../../shared/effects.ts'
import { runCalls, type CallOutcome } from '../run-calls.ts'
import type { EffectArgs, EffectEnd, EffectScope } from './types.ts'

const ITEMS_LIMIT = 50
const TYPESCRIPT_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']
/** No server for this language, or the file went away meanwhile: nothing was found and nothing is wrong. */
const UNCHECKED: ReadonlySet<string> = new Set(['LANGUAGE_SERVER_UNAVAILABLE', 'NOT_FOUND', 'BINARY_FILE', 'FILE_TOO_LARGE'])

const diagnosticsSchema = z.object({
  diagnostics: z.array(z.object({ path: z.string(), line: z.int(), column: z.int(), severity: z.string(), message: z.string(), code: z.union([z.string(), z.number()]).nullish() })),
})
const testsSchema = z.object({
  runner: z.string(),
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  failures: z.array(z.object({ name: z.string(), message: z.string(), path: z.string().optional(), line: z.int().optional() })),
  output: z.string(),
})

/**
 * Diagnostics of the files that the task changed, and the project's tests. A language server that is not there is no finding, nor
 * is a project without tests: `testsError` says so. In mode `plan` nothing is run.
 */
export async function validate({ context, task, runId, signal }: EffectScope, { key }: EffectArgs<'validate'>): Promise<EffectEnd<'validate'>> {
  const changes = context.executor.changesOfTask(task.id)
  const filesModified = changes.map((change) => change.path)
  const served = servedExtensions(context, task.workspace)
  const present = changes.filter((change) => change.status !== 'deleted' && served.has(extname(change.path))).map((change) => change.path)
  const calls = [...present.slice(0, ITEMS_LIMIT).map((path) => ({ tool: 'get_diagnostics', args: { path } })), ...(task.header.mode === 'plan' ? [] : [{ tool: 'run_tests', args: {} }])]
  const end = await runCalls(context, { task, runId, key, calls, signal })
  if (end.state === 'suspend') return { value: { suspend: end.suspension }, commit: end.commit }
  const tests = task.header.mode === 'plan' ? undefined : end.outcomes.at(-1)
  const diagnostics = task.header.mode === 'plan' ? end.outcomes : end.outcomes.slice(0, -1)
  return { value: { ...testsPart(tests), diagnostics: diagnosticsPart(diagnostics), filesModified }, commit: end.commit }
}

/** Of the languages that some server is there for: a README has none, and that is no finding. */
function servedExtensions({ config, folders }: EffectScope['context'], workspace: string): ReadonlySet<string> {
  const configured = { ...config.languageServers, ...folders.known(workspace)?.languageServers }
  return new Set([...TYPESCRIPT_EXTENSIONS, ...Object.values(configured).flatMap((server) => server.extensions)])
}

function testsPart(outcome: CallOutcome | undefined): Pick<ValidationReport, 'tests' | 'testsError'> {
  if (!outcome) return {}
  if (outcome.status === 'error') return { testsError: outcome.error }
  return { tests: testsSchema.parse(outcome.result) }
}

function diagnosticsPart(outcomes: CallOutcome[]): ValidationReport['diagnostics'] {
  const found = outcomes.flatMap((outcome) => (outcome.status === 'success' ? diagnosticsSchema.parse(outcome.result).diagnostics : []))
  const errors = found.filter((one) => one.severity === 'error')
  const failed = outcomes.find((outcome) => outcome.status === 'error' && !UNCHECKED.has(outcome.error.code))
  return {
    ...(failed?.status === 'error' ? { error: failed.error } : {}),
    errors: errors.length,
    warnings: found.filter((one) => one.severity === 'warning').length,
    items: errors.slice(0, ITEMS_LIMIT).map((one) => `${one.path}:${one.line}:${one.column} ${one.message}`),
  }
}
