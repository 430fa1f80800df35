import { bounded, type TestCounts } from './test-runner.ts'

type Reader = (output: string) => TestCounts | undefined

/** What a person would read off the output of a runner that was wrapped in a script: the first reader that finds its summary is right. */
export function parseTextSummary(output: string): TestCounts | undefined {
  for (const read of READERS) {
    const counts = read(output)
    if (counts) return counts
  }
  return undefined
}

const READERS: Reader[] = [parseCargoOutput, readPytest, readJest, readVitest, readMocha, readNodeTest, readTap]

/** `cargo test` has no stable output for machines. Each test binary has a summary of its own. */
export function parseCargoOutput(output: string): TestCounts | undefined {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const summaries = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)]
  if (summaries.length === 0) return undefined
  for (const [, passed, failed, ignored] of summaries) add(counts, Number(passed), Number(failed), Number(ignored))
  const messages = new Map([...output.matchAll(/^---- (.+?) stdout ----\n([^]*?)(?=\n---- |\n\nfailures:|\nfailures:)/gm)].map(([, name, text]) => [name!, text!.trim()]))
  for (const [, name] of output.matchAll(/^test (.+?) \.\.\. FAILED$/gm)) {
    const message = messages.get(name!) ?? ''
    const at = /panicked at (?:.*?, )?([^\s:,]+):(\d+)(?::\d+)?/.exec(message)
    counts.failures.push({ name: name!, message: bounded(message), ...(at ? { path: at[1]!, line: Number(at[2]) } : {}) })
  }
  return counts
}

function readPytest(output: string): TestCounts | undefined {
  const line = lastMatch(output, /^=* ?((?:\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?)(?:, )?)+) in [\d.]+s.*$/gm)?.[1]
  if (line === undefined) return undefined
  const failures = [...output.matchAll(/^(?:FAILED|ERROR) (\S+?)(?:::(\S+))?(?: - (.*))?$/gm)].map(([, path, name, message]) => ({ name: name ?? path!, message: message ?? '', path: path! }))
  return { passed: count(line, 'passed') + count(line, 'xpassed'), failed: count(line, 'failed') + count(line, 'errors?'), skipped: count(line, 'skipped') + count(line, 'xfailed'), failures }
}

function readJest(output: string): TestCounts | undefined {
  const line = lastMatch(output, /^Tests:\s+(.*\btotal)$/gm)?.[1]
  return line === undefined ? undefined : { passed: count(line, 'passed'), failed: count(line, 'failed'), skipped: count(line, 'skipped') + count(line, 'todo'), failures: named(output, /^\s*● (.+)$/gm) }
}

function readVitest(output: string): TestCounts | undefined {
  const line = lastMatch(output, /^\s*Tests\s+(.*\(\d+\))$/gm)?.[1]
  return line === undefined ? undefined : { passed: count(line, 'passed'), failed: count(line, 'failed'), skipped: count(line, 'skipped') + count(line, 'todo'), failures: named(output, /^\s*FAIL\s+(.+)$/gm) }
}

function readMocha(output: string): TestCounts | undefined {
  const passing = lastMatch(output, /^\s*(\d+) passing\b/gm)
  if (!passing) return undefined
  const number = (word: string): number => Number(lastMatch(output, new RegExp(`^\\s*(\\d+) ${word}\\b`, 'gm'))?.[1] ?? 0)
  return { passed: Number(passing[1]), failed: number('failing'), skipped: number('pending'), failures: [] }
}

function readNodeTest(output: string): TestCounts | undefined {
  const number = (word: string): number => Number(lastMatch(output, new RegExp(`^(?:ℹ|#) ${word} (\\d+)$`, 'gm'))?.[1] ?? Number.NaN)
  if (Number.isNaN(number('pass'))) return undefined
  const failures = [...named(output, /^✖ (?!failing tests)(.+?) \([\d.]+ms\)$/gm), ...named(output, /^\s*not ok \d+ - (.+)$/gm)]
  return { passed: number('pass'), failed: (number('fail') || 0) + (number('cancelled') || 0), skipped: (number('skipped') || 0) + (number('todo') || 0), failures }
}

function readTap(output: string): TestCounts | undefined {
  if (!/^(?:TAP version \d+|1\.\.\d+)$/m.test(output)) return undefined
  const lines = [...output.matchAll(/^(not )?ok \d+(.*)$/gm)]
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const [, not, rest = ''] of lines) {
    if (/# (?:skip|todo)\b/i.test(rest)) counts.skipped += 1
    else if (not) {
      counts.failed += 1
      counts.failures.push({ name: rest.replace(/^ - /, '').trim(), message: '' })
    } else counts.passed += 1
  }
  return counts
}

function add(counts: TestCounts, passed: number, failed: number, skipped: number): void {
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
}

function count(line: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}\\b`).exec(line)?.[1] ?? 0)
}

function lastMatch(text: string, pattern: RegExp): RegExpMatchArray | undefined {
  return [...text.matchAll(pattern)].at(-1)
}

function named(output: string, pattern: RegExp): TestCounts['failures'] {
  return [...new Set([...output.matchAll(pattern)].map((match) => match[1]!.trim()))].map((name) => ({ name, message: '' }))
}
