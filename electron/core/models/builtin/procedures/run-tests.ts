import { z } from 'zod'
import { dataOf, failedWith, failureOf } from '../results.ts'
import type { Procedure, ToolResult } from '../types.ts'
import { fenced, listed, plural } from '../words.ts'

const testsSchema = z.object({ runner: z.string(), passed: z.int(), failed: z.int(), skipped: z.int().optional(), failures: z.array(z.object({ name: z.string(), message: z.string() })).optional(), output: z.string().optional() })

function countIn(content: string, word: string): number | undefined {
  const found = new RegExp(`(\\d+) ${word}|\\b${word}:? (\\d+)`).exec(content)
  return found ? Number(found[1] ?? found[2]) : undefined
}

/** `dir`: where the project lies, with a slash at its end; empty for the root. */
export function* runTests(dir = ''): Procedure {
  const [result] = yield { text: 'I run the tests.', calls: [{ name: 'run_tests', args: dir === '' ? {} : { path: dir.replace(/\/$/, '') } }] }
  return readTests(result)
}

export function readTests(result: ToolResult | undefined): { ok: boolean; text: string } {
  if (failedWith(result, 'NO_TEST_RUNNER')) return { ok: false, text: 'I found no tests that I could run.' }
  const why = failureOf(result)
  if (why !== undefined) return { ok: false, text: `The tests could not be run: ${why}` }
  const content = result?.content ?? ''
  const data = dataOf(result, testsSchema)
  const passed = data?.passed ?? countIn(content, 'passed') ?? 0
  const failed = data?.failed ?? countIn(content, 'failed') ?? 0
  if (failed > 0) {
    const names = (data?.failures ?? []).map(({ name, message }) => `${name} (${message.split('\n')[0]})`)
    return { ok: false, text: `${plural(failed, 'test')} failed, ${passed} passed${names.length > 0 ? `: ${listed(names, 5)}` : ''}.${names.length > 0 ? '' : `\n${fenced(content)}`}` }
  }
  if (passed === 0) return { ok: false, text: `No test ran.\n${fenced(data?.output ?? content)}` }
  return { ok: true, text: `${passed === 1 ? 'The one test passes' : `All ${passed} tests pass`}.` }
}
