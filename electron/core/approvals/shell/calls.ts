import { carriedByGit, carriedByVariable, declared, type Carried } from './carried.ts'
import { HOLE, NESTING_LIMIT, parseLine, type Redirect, type SimpleCommand } from './parse-line.ts'
import { INLINE_CODE, SHELLS, UNREADABLE_PROGRAMS, WRAPPERS, type Wrapper } from './wrappers.ts'

/** One program that a line would start, also by way of another (`env`, `xargs`, `sh -c`). */
export interface ProgramCall {
  words: string[]
  assignments: Array<{ name: string; value: string }>
  redirects: Redirect[]
  /** All that it runs is listed as calls of their own and it adds nothing: an allow rule need not name it. */
  transparent: boolean
  /** A program in another language that it was given as text. */
  code: string | undefined
}

export type LineCalls = { calls: ProgramCall[] } | { problem: string }

/** Wrappers around wrappers multiply what has to be considered; a line that needs more than this is not read. */
const CALL_LIMIT = 2000

/** Every program that a command line would start. What cannot be told is a `problem`. */
export function programCalls(line: string, depth = 0): LineCalls {
  const parsed = parseLine(line, depth)
  if ('problem' in parsed) return parsed
  const calls: ProgramCall[] = []
  for (const command of parsed.commands) {
    const problem = expand(command, calls, depth)
    if (problem) return { problem }
  }
  return { calls }
}

/** The program's own name: no folder, no case, no `.exe`. */
export function programName(word: string): string {
  const name = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1).toLowerCase()
  return name.replace(/\.(?:exe|cmd|bat|com)$/, '')
}

function expand(command: SimpleCommand, calls: ProgramCall[], depth: number): string | undefined {
  const words = command.words.map((word) => word.text)
  const call: ProgramCall = { words, assignments: command.assignments, redirects: command.redirects, transparent: false, code: undefined }
  calls.push(call)
  if (calls.length > CALL_LIMIT) return 'the command starts too many programs to be read'
  if (depth >= NESTING_LIMIT) return 'the command is nested too deeply'
  const problem = expandCarried([...command.assignments, ...declared(words)].map(carriedByVariable), call, calls, depth)
  if (problem) return problem
  const first = words[0]
  if (first === undefined) return undefined
  if (first.includes(HOLE)) return 'the name of a program is only known when it runs'
  const name = programName(first)
  if (UNREADABLE_PROGRAMS.has(name)) return `\`${name}\` runs commands that cannot be read`
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
  if (wrapper) return expandWrapper(name, wrapper, call, calls, depth)
  if (SHELLS.has(name)) return expandShell(call, calls, depth)
  if (name === 'eval') return expandText(call, words.slice(1).join(' '), calls, depth)
  if (name === 'trap') return words[1] === undefined ? undefined : expandText(call, words[1], calls, depth)
  if (name === 'source' || name === '.') return words.some((word) => word.includes(HOLE)) ? 'a script is only known when it runs' : undefined
  if (name === 'find' || name === 'fd' || name === 'fdfind') return expandFind(words, calls, depth)
  const runner = packageRunner(name, words)
  if (runner !== undefined) return expandInner(words.slice(runner), calls, depth)
  if (name === 'git') return expandGit(call, calls, depth)
  const inline = INLINE_CODE[name.replace(/[\d.]+$/, '')]
  if (inline && words.slice(1).some((word) => inline.test(word))) addCode(call, words.slice(1).join('\n'))
  return undefined
}

function expandInner(words: string[], calls: ProgramCall[], depth: number): string | undefined {
  if (words.length === 0) return undefined
  return expand({ words: words.map((text) => ({ text, quoted: true })), assignments: [], redirects: [] }, calls, depth + 1)
}

function expandText(call: ProgramCall, text: string, calls: ProgramCall[], depth: number): string | undefined {
  if (text.includes(HOLE)) return 'a command is only known when it runs'
  const inner = programCalls(text, depth + 1)
  if ('problem' in inner) return inner.problem
  calls.push(...inner.calls)
  call.transparent = true
  return undefined
}

/** What values of variables or settings would run. The call itself is still to be allowed. */
function expandCarried(carried: Array<Carried | undefined>, call: ProgramCall, calls: ProgramCall[], depth: number): string | undefined {
  for (const one of carried) {
    if (one === undefined) continue
    if ('problem' in one) return one.problem
    if ('code' in one) addCode(call, one.code)
    else {
      const problem = expandText({ ...call }, one.text, calls, depth)
      if (problem) return problem
    }
  }
  return undefined
}

function addCode(call: ProgramCall, code: string): void {
  call.code = call.code === undefined ? code : `${call.code}\n${code}`
}

function expandWrapper(name: string, wrapper: Wrapper, call: ProgramCall, calls: ProgramCall[], depth: number): string | undefined {
  const { words } = call
  if (name === 'command' && words.some((word) => /^-\w*[vV]/.test(word))) return undefined
  if (words.some((word) => /^(?:-S|--split-string|-c.|--call)/.test(word)) && /^(?:env|npx|flock|script)$/.test(name)) return `\`${name}\` is given a command as text`
  if (/^(?:flock|script|npx|sudo|doas)$/.test(name) && words.includes('-c')) return `\`${name}\` is given a command as text`
  const start = commandStart(words, wrapper)
  const problem = expandCarried(start.assignments.map(carriedByVariable), call, calls, depth)
  if (problem) return problem
  if (start.unsure) return expandEverySuffix(words, start.at, calls, depth)
  if (start.at >= words.length) return undefined
  const clean = start.assignments.every(harmlessAssignment)
  call.transparent = wrapper.transparent === true && start.options === 0 && clean
  call.assignments = [...call.assignments, ...start.assignments]
  const inner = words.slice(start.at)
  if (name === 'watch' || name === 'entr') {
    const unreadable = expandText({ ...call }, inner.join(' '), calls, depth)
    if (unreadable) return unreadable
  }
  if (name !== 'xargs') return expandInner(inner, calls, depth)
  if (SHELLS.has(programName(inner[0] ?? ''))) return '`xargs` gives a shell text that is not known'
  const replaced = replacement(words.slice(0, start.at))
  return expandInner([...inner.map((word) => (word.includes(replaced) ? HOLE : word)), HOLE], calls, depth)
}

/** What `xargs -I` replaces. */
function replacement(options: string[]): string {
  const at = options.findIndex((word) => /^-[IJ]/.test(word))
  const word = options[at] ?? ''
  return (word.length > 2 ? word.slice(2) : options[at + 1]) || '{}'
}

interface Start {
  at: number
  options: number
  assignments: Array<{ name: string; value: string }>
  unsure: boolean
}

function commandStart(words: string[], wrapper: Wrapper): Start {
  const start: Start = { at: 1, options: 0, assignments: [], unsure: false }
  let positional = wrapper.positional
  for (; start.at < words.length; start.at += 1) {
    const word = words[start.at] ?? ''
    const assignment = wrapper.assignments ? /^([A-Za-z_]\w*)=([^]*)$/.exec(word) : null
    if (word.includes(HOLE)) return { ...start, unsure: true }
    if (word === '--') continue
    if (wrapper.bare.includes(word)) start.options += 1
    else if (wrapper.valued.includes(word)) {
      start.options += 1
      start.at += 1
    } else if (wrapper.valued.some((option) => word.startsWith(option.startsWith('--') ? `${option}=` : option))) start.options += 1
    else if (word.startsWith('-')) return { ...start, unsure: true }
    else if (assignment) start.assignments.push({ name: assignment[1] ?? '', value: assignment[2] ?? '' })
    else if (positional > 0) positional -= 1
    else return start
  }
  return start
}

/** An option is not known: any later word may begin the command. */
function expandEverySuffix(words: string[], from: number, calls: ProgramCall[], depth: number): string | undefined {
  for (let at = from; at < words.length; at += 1) {
    const problem = expandInner(words.slice(at), calls, depth + 1)
    if (problem) return problem
  }
  return undefined
}

const SHELL_VALUED = new Set(['-o', '+o', '-O', '+O', '--rcfile', '--init-file'])

function expandShell(call: ProgramCall, calls: ProgramCall[], depth: number): string | undefined {
  const options: string[] = []
  const plain: string[] = []
  for (let at = 1; at < call.words.length; at += 1) {
    const word = call.words[at] ?? ''
    if (/^[-+]./.test(word)) {
      options.push(word)
      if (SHELL_VALUED.has(word)) at += 1
    } else plain.push(word)
  }
  if (options.some((word) => /^-\w*c/.test(word) || word.startsWith('--command'))) {
    // Which of the words is the script depends on the shell: all are read.
    for (const word of plain) {
      const problem = expandText(call, word, calls, depth)
      if (problem) return problem
    }
    return plain.length === 0 ? 'a shell is given a command that cannot be read' : undefined
  }
  if (plain.length > 0 && !options.some((word) => /^-\w*s/.test(word))) return plain[0]?.includes(HOLE) ? 'a script is only known when it runs' : undefined
  if (options.some((word) => word === '--version' || word === '--help')) return undefined
  const input = call.redirects.findLast((entry) => entry.operator.startsWith('<'))
  return input?.body === undefined ? 'a shell reads commands that are only known when it runs' : expandText(call, input.body, calls, depth)
}

function expandFind(words: string[], calls: ProgramCall[], depth: number): string | undefined {
  for (let at = 1; at < words.length; at += 1) {
    if (!/^(?:-(?:exec|execdir|ok|okdir|x|X)|--exec|--exec-batch)$/.test(words[at] ?? '')) continue
    const rest = words.slice(at + 1)
    const end = rest.findIndex((word) => word === ';' || word === '+')
    const inner = (end === -1 ? rest : rest.slice(0, end)).map((word) => word.replaceAll('{}', HOLE))
    const problem = expandInner(inner, calls, depth)
    if (problem) return problem
  }
  return undefined
}

/** `npm exec -- x`, `pnpm dlx x`, `yarn exec x`, `uv run x` …: where `x` begins. */
function packageRunner(name: string, words: string[]): number | undefined {
  const runs: Record<string, readonly string[]> = {
    npm: ['exec', 'x'], pnpm: ['exec', 'dlx'], yarn: ['exec', 'dlx'], bun: ['x'], uv: ['run'], poetry: ['run'], pipenv: ['run'], pdm: ['run'], bundle: ['exec'], rye: ['run'], direnv: ['exec'], mise: ['exec', 'x'],
  }
  const verbs = Object.hasOwn(runs, name) ? runs[name] : undefined
  const at = verbs ? words.findIndex((word, index) => index > 0 && verbs.includes(word)) : -1
  if (at === -1) return undefined
  const next = words.findIndex((word, index) => index > at && !word.startsWith('-'))
  return next === -1 ? words.length : next
}

/** What git itself would run: aliases and settings given on the line, and the commands of `bisect run`, `rebase --exec`, `submodule foreach`. */
function expandGit(call: ProgramCall, calls: ProgramCall[], depth: number): string | undefined {
  const { words } = call
  if (words.some((word) => /^(?:-c)?alias\./i.test(word) || word.startsWith('--config-env'))) return 'git is given an alias'
  const run = words.indexOf('bisect') === -1 ? -1 : words.indexOf('run')
  if (run !== -1) return expandInner(words.slice(run + 1), calls, depth)
  if (words.some((word) => /^(?:-x|--exec|foreach)/.test(word)) && words.some((word) => word === 'rebase' || word === 'submodule')) return 'git is given a command as text'
  if (words.includes('filter-branch')) return 'git is given a command as text'
  if (words.some((word) => /^(?:-O.|--open-files-in-pager=|-x|--extcmd)/.test(word)) && words.some((word) => word === 'grep' || word === 'difftool')) return 'git is given a command as text'
  return expandCarried(carriedByGit(words), call, calls, depth)
}

const HARMLESS = /^(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|DEBUG|LANG|LC_\w+|TZ|TERM|COLUMNS|LINES|VERBOSE|RUST_BACKTRACE|RUST_LOG|PYTHONUNBUFFERED)$/

export function harmlessAssignment({ name }: { name: string }): boolean {
  return HARMLESS.test(name)
}
