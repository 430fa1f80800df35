/**
 * Reads a shell command line into the simple commands that it would run: lists, pipes, subshells, substitutions, here-documents
 * and the usual compound commands. It is for judging, not for running, so it errs one way only: what it is not sure of is a
 * `problem`, and it may list a command that would not run, never the other way round.
 *
 * What a word cannot be known to be before it runs (a variable, a substitution, a glob) is a HOLE in its text.
 */
export const HOLE = '\uFFFC'

export interface Word {
  /** Quotes removed. */
  text: string
  /** Was any of it quoted? A quoted `if` is no keyword. */
  quoted: boolean
}

export interface Redirect {
  operator: string
  target: Word
  /** Of a here-document or here-string: its text, with HOLEs. */
  body?: string
}

export interface SimpleCommand {
  assignments: Array<{ name: string; value: string }>
  words: Word[]
  redirects: Redirect[]
}

export type ParsedLine = { commands: SimpleCommand[] } | { problem: string }

export const LINE_LIMIT_CHARS = 65_536
export const NESTING_LIMIT = 16

const LEADING_KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{'])
const CLOSING_KEYWORDS = new Set(['fi', 'done', '}'])
const UNREAD_KEYWORDS = new Set(['case', 'select', 'function', 'coproc', '[[', 'esac'])
const ENDS_WORD = new Set([' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>'])
const REDIRECT = /(?:\d+|\{\w+\})?(&>>|&>|<<<|<<-|<<|<>|<&|>&|>>|>\||<|>)/y
/** Control characters but tab and newline: a line with them is not what it looks like. */
const UNREADABLE = new RegExp(String.raw`(?![\t\n])\p{Cc}|${HOLE}`, 'u')

/** Thrown inside and caught by `parseLine`; it never leaves this file. */
class Unreadable extends Error {}

export function parseLine(source: string, depth = 0): ParsedLine {
  if (source.length > LINE_LIMIT_CHARS) return { problem: 'the command is too long to be read' }
  if (UNREADABLE.test(source)) return { problem: 'the command contains control characters' }
  try {
    return { commands: readLine(source, depth) }
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message }
    throw error
  }
}

function readLine(source: string, depth: number): SimpleCommand[] {
  const commands: SimpleCommand[] = []
  const reader = createReader(source, depth, commands)
  reader.list('')
  return commands
}

function createReader(source: string, depth: number, commands: SimpleCommand[]): { list(end: '' | ')'): void; text(): string } {
  let at = 0
  let level = depth
  let waitingBodies: Redirect[] = []

  const fail = (problem: string): never => {
    throw new Unreadable(problem)
  }
  const nest = <T>(work: () => T): T => {
    if (level >= NESTING_LIMIT) fail('the command is nested too deeply')
    level += 1
    const value = work()
    level -= 1
    return value
  }
  const peek = (offset = 0): string => source[at + offset] ?? ''

  function skipBlanks(): void {
    for (;;) {
      if (peek() === ' ' || peek() === '\t') at += 1
      else if (peek() === '\\' && peek(1) === '\n') at += 2
      else if (peek() === '#') while (at < source.length && peek() !== '\n') at += 1
      else return
    }
  }

  function list(end: '' | ')'): void {
    for (;;) {
      skipBlanks()
      if (at >= source.length) {
        if (end !== '') fail('a parenthesis is not closed')
        if (waitingBodies.length > 0) fail('a here-document has no end')
        return
      }
      const next = peek()
      if (next === ')') {
        if (end !== ')') fail('a parenthesis is closed that was not opened')
        at += 1
        return
      }
      if (next === '\n') {
        at += 1
        readBodies()
      } else if (next === ';' && peek(1) === ';') fail('`case` is not read')
      else if (next === ';' || next === '|' || (next === '&' && peek(1) !== '>')) at += 1
      else if (next === '(') {
        if (peek(1) === '(') fail('arithmetic commands are not read')
        at += 1
        nest(() => list(')'))
      } else command()
    }
  }

  function command(): void {
    const found: SimpleCommand = { assignments: [], words: [], redirects: [] }
    for (;;) {
      skipBlanks()
      const next = peek()
      if (at >= source.length || next === '\n' || next === ';' || next === '|' || next === ')' || (next === '&' && peek(1) !== '>')) break
      if (next === '(') fail('functions and arrays are not read')
      if ((next === '<' || next === '>') && peek(1) === '(') {
        at += 2
        nest(() => list(')'))
        found.words.push({ text: HOLE, quoted: false })
        continue
      }
      if (redirect(found)) continue
      // `a &> f b` is one command to bash and two to a POSIX shell; what runs it is not known here.
      if (found.redirects.some((entry) => entry.operator.startsWith('&'))) fail('words after `&>` are not read')
      const start = at
      const word = readWord()
      const plain = found.words.length === 0 && !word.quoted
      const assignment = found.words.length === 0 ? /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/.exec(source.slice(start, at)) : null
      if (assignment) found.assignments.push({ name: assignment[1] ?? '', value: word.text.slice(word.text.indexOf('=') + 1) })
      else if (plain && UNREAD_KEYWORDS.has(word.text)) fail(`\`${word.text}\` is not read`)
      else if (plain && (LEADING_KEYWORDS.has(word.text) || CLOSING_KEYWORDS.has(word.text))) continue
      else if (plain && word.text === 'for') forHead()
      else found.words.push(word)
    }
    if (found.words.length + found.assignments.length + found.redirects.length > 0) commands.push(found)
  }

  /** `for NAME [in WORDS]`: nothing of it runs but the substitutions in its words. */
  function forHead(): void {
    skipBlanks()
    readWord()
    skipBlanks()
    const start = at
    if (ENDS_WORD.has(peek()) || readWord().text !== 'in') {
      at = start
      return
    }
    for (skipBlanks(); at < source.length && !ENDS_WORD.has(peek()); skipBlanks()) readWord()
    if (!['', ';', '\n'].includes(peek())) fail('this `for` is not read')
  }

  function redirect(found: SimpleCommand): boolean {
    REDIRECT.lastIndex = at
    const match = REDIRECT.exec(source)
    if (!match) return false
    at += match[0].length
    const operator = match[1] ?? ''
    skipBlanks()
    if ((peek() === '<' || peek() === '>') && peek(1) === '(') return true
    if (at >= source.length || ENDS_WORD.has(peek())) fail('a redirection has no target')
    const target = readWord()
    const entry: Redirect = { operator, target }
    if (operator === '<<<') entry.body = target.text
    if (operator === '<<' || operator === '<<-') {
      if (target.text.includes(HOLE)) fail('a here-document has an unknown end')
      waitingBodies.push(entry)
    }
    found.redirects.push(entry)
    return true
  }

  function readBodies(): void {
    const waiting = waitingBodies
    waitingBodies = []
    for (const entry of waiting) {
      const lines: string[] = []
      for (;;) {
        if (at >= source.length) fail('a here-document has no end')
        const end = source.indexOf('\n', at)
        const raw = source.slice(at, end === -1 ? source.length : end)
        at = end === -1 ? source.length : end + 1
        const line = entry.operator === '<<-' ? raw.replace(/^\t+/, '') : raw
        if (line === entry.target.text) break
        lines.push(line)
      }
      const body = lines.join('\n')
      entry.body = entry.target.quoted ? body : nest(() => createReader(body, level, commands).text())
    }
  }

  function readWord(): Word {
    let text = ''
    let quoted = false
    while (at < source.length && !ENDS_WORD.has(peek())) {
      const next = peek()
      if (next === '\\') {
        if (at + 1 >= source.length) fail('the command ends in a backslash')
        if (peek(1) !== '\n') text += peek(1)
        quoted = true
        at += 2
      } else if (next === "'") {
        text += single()
        quoted = true
      } else if (next === '"') {
        at += 1
        text += double('"')
        quoted = true
      } else if (next === '$') {
        if (peek(1) === "'" || peek(1) === '"') quoted = true
        text += dollar(false)
      } else if (next === '`') text += backtick(false)
      else if (next === '{' && peek(1) === '}') {
        text += '{}'
        at += 2
      } else {
        const alone = (next === '{' || next === '}') && text === '' && (at + 1 >= source.length || ENDS_WORD.has(peek(1)))
        text += '*?[{}'.includes(next) && !alone && !(next === '[' && text === '' && ENDS_WORD.has(peek(1))) ? HOLE : next
        at += 1
      }
    }
    return { text, quoted }
  }

  function single(): string {
    const end = source.indexOf("'", at + 1)
    if (end === -1) fail('a quote is not closed')
    const text = source.slice(at + 1, end)
    at = end + 1
    return text
  }

  function double(end: '"' | ''): string {
    let text = ''
    for (;;) {
      if (at >= source.length) return end === '' ? text : fail('a quote is not closed')
      const next = peek()
      if (next === end) {
        at += 1
        return text
      }
      if (next === '\\' && at + 1 < source.length) {
        if ('$`"\\'.includes(peek(1))) text += peek(1)
        else if (peek(1) !== '\n') text += next + peek(1)
        at += 2
      } else if (next === '$') text += dollar(true)
      else if (next === '`') text += backtick(true)
      else {
        text += next
        at += 1
      }
    }
  }

  function dollar(inDouble: boolean): string {
    const next = peek(1)
    if (next === '(') {
      if (peek(2) === '(') return arithmetic()
      at += 2
      nest(() => list(')'))
      return HOLE
    }
    if (next === '{') return braces()
    if (!inDouble && next === '"') {
      at += 2
      return double('"')
    }
    if (!inDouble && next === "'") return ansi()
    const name = /\$(?:[A-Za-z_]\w*|[0-9@*#?\-$!])/y
    name.lastIndex = at
    const match = name.exec(source)
    at += match ? match[0].length : 1
    return match ? HOLE : '$'
  }

  function arithmetic(): string {
    const plain = /\$\(\([\w\s+\-*/%$]*\)\)/y
    plain.lastIndex = at
    const match = plain.exec(source)
    if (!match) return fail('this arithmetic is not read')
    at += match[0].length
    return HOLE
  }

  function braces(): string {
    const plain = /\$\{[^`$(){}'"\\<>\n]*\}/y
    plain.lastIndex = at
    const match = plain.exec(source)
    if (!match) return fail('this expansion is not read')
    at += match[0].length
    return HOLE
  }

  /** `$'…'`; escapes are not decoded, so a text with any is unknown. */
  function ansi(): string {
    const match = /\$'((?:[^'\\]|\\[^])*)'/y
    match.lastIndex = at
    const found = match.exec(source)
    if (!found) return fail('a quote is not closed')
    // To a POSIX shell the string would end at this quote.
    if (found[0].includes("\\'")) fail('a quote in a quote is not read')
    at += found[0].length
    return found[1]?.includes('\\') ? HOLE : (found[1] ?? '')
  }

  function backtick(inDouble: boolean): string {
    let inner = ''
    at += 1
    for (;;) {
      if (at >= source.length) return fail('a backtick is not closed')
      const next = peek()
      if (next === '`') break
      if (next === '\\' && ('$`\\'.includes(peek(1)) || (inDouble && peek(1) === '"'))) {
        inner += peek(1)
        at += 2
      } else {
        inner += next
        at += 1
      }
    }
    at += 1
    nest(() => createReader(inner, level, commands).list(''))
    return HOLE
  }

  return { list, text: () => double('') }
}
