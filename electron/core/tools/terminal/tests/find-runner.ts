import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { readRegular } from '../../../workspace/read-regular.ts'
import { parseGoReport, parseJestReport, parseMochaReport } from './json-report.ts'
import { parseJunit } from './junit-report.ts'
import { quoted, type TestRunner } from './test-runner.ts'
import { parseCargoOutput, parseTextSummary } from './text-summary.ts'

const manifestSchema = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.unknown()).catch({}),
  devDependencies: z.record(z.string(), z.unknown()).catch({}),
})

/** npm's own `npm init` writes this in place of a test. */
const NO_TEST = 'no test specified'
const TEST_FILE = /(?:\.|-|_|^)test\.[cm]?[jt]s$/
const TEXT_LIMIT_BYTES = 4 * 1024 * 1024
const TEST_FOLDERS = ['.', 'test', 'tests', 'src', '__tests__']

/** The project's own runner: that of the nearest folder, from `start` up to `root`, which says how its tests are run. */
export function findRunner(root: string, start: string): TestRunner | undefined {
  for (let folder = isFolder(start) ? start : dirname(start); ; folder = dirname(folder)) {
    const runner = runnerOf(folder, root)
    if (runner) return runner
    if (folder === root || relative(root, folder).startsWith('..') || dirname(folder) === folder) return undefined
  }
}

function runnerOf(cwd: string, root: string): TestRunner | undefined {
  const names = new Set(listed(cwd))
  if (names.has('package.json')) {
    const runner = scriptRunner(cwd, root)
    if (runner) return runner
  }
  if (names.has('Cargo.toml')) return cargo(cwd)
  if (names.has('go.mod')) return goTest(cwd)
  const python = ['pytest.ini', 'conftest.py', 'pyproject.toml', 'tox.ini', 'setup.py', 'setup.cfg'].some((name) => names.has(name))
  if (python || ['.', 'test', 'tests'].some((folder) => listed(join(cwd, folder)).some((name) => /^test_.*\.py$|_test\.py$/.test(name)))) return pytest(cwd)
  return TEST_FOLDERS.some((folder) => listed(join(cwd, folder)).some((name) => TEST_FILE.test(name) && usesNodeTest(join(cwd, folder, name)))) ? nodeTest(cwd, '') : undefined
}

function scriptRunner(cwd: string, root: string): TestRunner | undefined {
  const parsed = manifestSchema.safeParse(jsonFile(join(cwd, 'package.json')))
  if (!parsed.success) return undefined
  const { scripts, dependencies, devDependencies } = parsed.data
  const script = (scripts['test'] ?? '').trim()
  if (script === '' || script.includes(NO_TEST)) {
    const named = ['vitest', 'jest', 'mocha'].find((name) => name in devDependencies || name in dependencies)
    return named ? known(named, cwd, root) : undefined
  }
  // One plain command is run with a reporter for machines; anything else is run as it stands.
  const plain = /^(?:npx\s+)?(vitest|jest|mocha|node)\b(?:[^|&;<>$`(){}\n]*)$/.exec(script)?.[1]
  if (plain === 'node') return /\s--test(?:\s|$)/.test(script) ? nodeTest(cwd, script.replace(/^(?:npx\s+)?node\s+/, '').replace(/(^|\s)--test(?=\s|$)/, ' ').trim()) : wrapped(cwd, root)
  return (plain && known(plain, cwd, root)) || wrapped(cwd, root)
}

function known(name: string, cwd: string, root: string): TestRunner | undefined {
  const binary = binaryOf(name, cwd, root)
  if (!binary) return undefined
  const words = (parts: Array<string | undefined>): string => [binary, ...parts.filter((part) => part !== undefined)].map(quoted).join(' ')
  const select = (flag: string, filter: string | undefined): string[] => (filter === undefined ? [] : [flag, literalPattern(filter)])
  if (name === 'vitest') {
    return { name, cwd, parse: (report, output) => parseJestReport(report) ?? parseTextSummary(output), command: (report, { path, filter }) => words(['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...select('-t', filter), path]) }
  }
  if (name === 'jest') {
    return { name, cwd, parse: (report, output) => parseJestReport(report) ?? parseTextSummary(output), command: (report, { path, filter }) => words(['--ci', '--json', `--outputFile=${report}`, ...select('-t', filter), path]) }
  }
  return { name, cwd, parse: (report, output) => parseMochaReport(report) ?? parseTextSummary(output), command: (report, { path, filter }) => words(['--reporter', 'json', '--reporter-option', `output=${report}`, ...(filter === undefined ? [] : ['--fgrep', filter]), path]) }
}

function nodeTest(cwd: string, rest: string): TestRunner {
  return {
    name: 'node:test',
    cwd,
    command(report, { path, filter }) {
      const flags = ['--test', '--test-reporter=spec', '--test-reporter-destination=stdout', '--test-reporter=junit', `--test-reporter-destination=${report}`]
      const chosen = filter === undefined ? [] : [`--test-name-pattern=${literalPattern(filter)}`]
      const target = path === undefined ? rest : [...rest.split(/\s+/).filter((word) => word.startsWith('-')), isFolder(join(cwd, path)) ? quoted(`${path}/**/*.test.?(c|m)[jt]s`) : quoted(path)].join(' ')
      return ['node', ...[...flags, ...chosen].map(quoted), target].join(' ').trim()
    },
    parse: (report, output) => parseJunit(report) ?? parseTextSummary(output),
  }
}

/** The project’s script, whatever it wraps: what it says is read as a person would. */
function wrapped(cwd: string, root: string): TestRunner {
  const manager = packageManager(cwd, root)
  return {
    name: `${manager} test`,
    cwd,
    command: (_report, { path, filter }) => {
      const extra = [path, filter].filter((word) => word !== undefined).map(quoted)
      return [manager, 'test', ...(extra.length > 0 ? [manager === 'npm' ? '--' : '', ...extra] : [])].filter((word) => word !== '').join(' ')
    },
    parse: (_report, output) => parseTextSummary(output),
  }
}

function packageManager(cwd: string, root: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pnpm-lock.yaml'))) return 'pnpm'
    if (existsSync(join(folder, 'yarn.lock'))) return 'yarn'
    if (existsSync(join(folder, 'package-lock.json')) || folder === root || dirname(folder) === folder) return 'npm'
  }
}

function cargo(cwd: string): TestRunner {
  return {
    name: 'cargo',
    cwd,
    command: (_report, { path, filter }) => {
      const target = /^tests\/([^/]+)\.rs$/.exec(path ?? '')?.[1]
      return ['cargo', 'test', '--no-fail-fast', ...(target === undefined ? [] : ['--test', target]), ...(filter === undefined ? [] : ['--', filter])].map(quoted).join(' ')
    },
    parse: (_report, output) => parseCargoOutput(output),
  }
}

function goTest(cwd: string): TestRunner {
  return {
    name: 'go',
    cwd,
    command(report, { path, filter }) {
      const packages = path === undefined ? './...' : `./${path.endsWith('.go') ? dirname(path) : `${path}/...`}`
      return `${['go', 'test', '-json', ...(filter === undefined ? [] : ['-run', literalPattern(filter)]), packages].map(quoted).join(' ')} > ${quoted(report)}`
    },
    parse: (report) => parseGoReport(report),
  }
}

function pytest(cwd: string): TestRunner {
  const python = ['.venv/bin/python', 'venv/bin/python'].find((path) => existsSync(join(cwd, path))) ?? 'python3'
  return {
    name: 'pytest',
    cwd,
    command: (report, { path, filter }) => [python, '-m', 'pytest', '-rA', '-p', 'no:cacheprovider', `--junitxml=${report}`, '-o', 'junit_family=xunit1', ...(filter === undefined ? [] : ['-k', filter]), ...(path === undefined ? [] : [path])].map(quoted).join(' '),
    parse: (report, output) => parseJunit(report) ?? parseTextSummary(output),
  }
}

function binaryOf(name: string, cwd: string, root: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules/.bin', name)
    if (existsSync(path)) return path
    if (folder === root || dirname(folder) === folder) return undefined
  }
}

/** Runners take a regular expression; a filter is part of a name. */
function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function usesNodeTest(path: string): boolean {
  return /['"]node:test['"]/.test(textOf(path) ?? '')
}

function jsonFile(path: string): unknown {
  try {
    return JSON.parse(textOf(path) ?? '')
  } catch {
    return undefined
  }
}

function listed(folder: string): string[] {
  return isFolder(folder) ? readdirSync(folder) : []
}

/** Undefined for what is no file, or cannot be read. */
function textOf(path: string): string | undefined {
  try {
    return readRegular(path, TEXT_LIMIT_BYTES).toString('utf8')
  } catch {
    return undefined
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
