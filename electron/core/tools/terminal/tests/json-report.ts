import { z } from 'zod'
import { bounded, type TestCounts, type TestFailure } from './test-runner.ts'

/** What `jest --json` writes; vitest's JSON reporter keeps to it. */
const jestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number().optional(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
          location: z.object({ line: z.number() }).nullish(),
        }),
      ),
    }),
  ),
})

export function parseJestReport(report: string | undefined): TestCounts | undefined {
  const parsed = jestReport.safeParse(jsonOf(report))
  if (!parsed.success) return undefined
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, testResults } = parsed.data
  const failures: TestFailure[] = []
  let brokenFiles = 0
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((one) => one.status === 'failed')
    for (const { fullName, failureMessages, location } of failed) {
      failures.push({ name: fullName, message: bounded((failureMessages ?? []).join('\n')), path: name, ...(location ? { line: location.line } : {}) })
    }
    // The file itself could not be loaded: no test of it was counted.
    if (status === 'failed' && failed.length === 0) {
      brokenFiles += 1
      failures.push({ name, message: bounded(message ?? ''), path: name })
    }
  }
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles, skipped: numPendingTests + numTodoTests, failures }
}

const mochaTest = z.object({ fullTitle: z.string(), file: z.string().nullish(), err: z.object({ message: z.string().optional(), stack: z.string().optional() }).optional() })
const mochaReport = z.object({
  stats: z.object({ passes: z.number(), failures: z.number(), pending: z.number() }),
  failures: z.array(mochaTest),
})

export function parseMochaReport(report: string | undefined): TestCounts | undefined {
  const parsed = mochaReport.safeParse(jsonOf(report))
  if (!parsed.success) return undefined
  const { stats, failures } = parsed.data
  return {
    passed: stats.passes,
    failed: stats.failures,
    skipped: stats.pending,
    failures: failures.map(({ fullTitle, file, err }) => ({ name: fullTitle, message: bounded(err?.stack ?? err?.message ?? ''), ...(file ? { path: file } : {}) })),
  }
}

const goEvent = z.object({ Action: z.string(), Package: z.string().optional(), Test: z.string().optional(), Output: z.string().optional() })

/** `go test -json`: one event a line. A package without tests of its own, or that does not compile, fails as itself. */
export function parseGoReport(report: string | undefined): TestCounts | undefined {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const outputs = new Map<string, string>()
  const failedPackages = new Set<string>()
  let events = 0
  for (const line of (report ?? '').split('\n')) {
    const parsed = goEvent.safeParse(jsonOf(line))
    if (!parsed.success) continue
    events += 1
    const { Action, Package = '', Test, Output } = parsed.data
    const key = Test === undefined ? Package : `${Package}.${Test}`
    if (Action === 'output') outputs.set(key, (outputs.get(key) ?? '') + (Output ?? ''))
    if (Test !== undefined && Action === 'pass') counts.passed += 1
    if (Test !== undefined && Action === 'skip') counts.skipped += 1
    if (Action !== 'fail' || (Test === undefined && failedPackages.has(Package))) continue
    failedPackages.add(Package)
    counts.failed += 1
    const message = outputs.get(key) ?? ''
    const at = /(\S+_test\.go):(\d+):/.exec(message)
    counts.failures.push({ name: key, message: bounded(message), ...(at ? { path: at[1]!, line: Number(at[2]) } : {}) })
  }
  return events === 0 ? undefined : counts
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
