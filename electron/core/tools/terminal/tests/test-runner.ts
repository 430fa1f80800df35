/** One test that failed. `path` is from the workspace. */
export interface TestFailure {
  name: string
  message: string
  path?: string
  line?: number
}

export interface TestCounts {
  passed: number
  failed: number
  skipped: number
  failures: TestFailure[]
}

export interface TestSelection {
  /** From the runner's folder: a test file or a folder of tests. */
  path?: string
  /** Part of a test's name. */
  filter?: string
}

/** How a project's own tests are run, and how what they say is read. */
export interface TestRunner {
  /** As the result names it: `vitest`, `npm test` … */
  name: string
  /** Absolute folder to run in. */
  cwd: string
  /** The command line; `report` is a file that the runner may write for machines. */
  command(report: string, selection: TestSelection): string
  env?(report: string): Record<string, string>
  /** Undefined where there is nothing to be read. Never throws. */
  parse(report: string | undefined, output: string): TestCounts | undefined
}

/** One word of a shell's command line. */
export function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export const MESSAGE_LIMIT_CHARS = 4000

export function bounded(message: string): string {
  return message.length <= MESSAGE_LIMIT_CHARS ? message : `${message.slice(0, MESSAGE_LIMIT_CHARS)}…`
}
