import { failedWith, failureOf } from '../results.ts'
import type { Outcome, Procedure, ToolResult } from '../types.ts'
import { listed, plural } from '../words.ts'

/** The first line of a `run_tests` result, and of each failure: its name, then its message on lines of their own. */
const COUNTS = /^[^\n]*: (\d+) passed, (\d+) failed, (\d+) skipped/
const FAILURE = /^FAILED ([^\n]*)\n([^\n]*)/gm

/** `dir`: where the project lies, with a slash at its end; empty for the root. */
export function* runTests(dir = ''): Procedure {
  const [result] = yield { text: 'I run the tests.', calls: [{ name: 'run_tests', args: dir === '' ? {} : { path: dir.replace(/\/$/, '') } }] }
  return readTests(result)
}

function readTests(result: ToolResult | undefined): Outcome {
  if (failedWith(result, 'NO_TEST_RUNNER')) return { ok: false, text: 'I found no tests that I could run.' }
  const why = failureOf(result)
  if (why !== undefined) return { ok: false, text: `The tests could not be run: ${why}` }
  const content = result?.content ?? ''
  const [passed = 0, failed = 0] = (COUNTS.exec(content) ?? []).slice(1).map(Number)
  if (failed > 0) {
    const names = [...content.matchAll(FAILURE)].map(([, name, message]) => `${name} (${message?.trim()})`)
    return { ok: false, text: `${plural(failed, 'test')} failed, ${passed} passed${names.length > 0 ? `: ${listed(names, 5)}` : ''}.` }
  }
  if (passed === 0) return { ok: false, text: 'No test ran.' }
  return { ok: true, text: `${passed === 1 ? 'The one test passes' : `All ${passed} tests pass`}.` }
}
