import picomatch from 'picomatch'
import type { CallSubject } from '../../../shared/tools.ts'
import { matchPattern, type Match } from './glob.ts'
import { matchesExactly, matchesHowever } from './programs.ts'
import { parseRule, type Rule } from '../../../shared/rule-syntax.ts'
import { harmlessAssignment, type LineCalls, type ProgramCall } from './shell/calls.ts'
import type { Redirect } from './shell/parse-line.ts'

/** A subject, and what its command line would start. */
export interface Judged {
  subject: CallSubject
  calls: LineCalls | undefined
}

/** The first rule that the call meets, or may meet: one match of any part is enough. For deny and ask. */
export function firstRestricting(rules: readonly string[], judged: Judged): { rule: string; match: 'yes' | 'maybe' } | undefined {
  let doubt: string | undefined
  for (const rule of rules) {
    const match = restricts(parseRule(rule), judged)
    if (match === 'yes') return { rule, match }
    if (match === 'maybe') doubt ??= rule
  }
  return doubt === undefined ? undefined : { rule: doubt, match: 'maybe' }
}

function restricts(rule: Rule | undefined, { subject, calls }: Judged): Match {
  // A rule that cannot be read was meant to hold something back.
  if (!rule) return 'maybe'
  if (matchPattern(rule.tool, subject.tool) !== 'yes') return 'no'
  const { pattern } = rule
  if (pattern === undefined) return 'yes'
  if (subject.command !== undefined) {
    const line = subject.command.trim().replaceAll(/\s+/g, ' ')
    if (matchPattern(pattern, line) === 'yes') return 'yes'
    if (!calls || 'problem' in calls) return 'maybe'
    const matches = calls.calls.map((call) => matchesHowever(pattern, call))
    return matches.includes('yes') ? 'yes' : matches.includes('maybe') ? 'maybe' : 'no'
  }
  const matcher = pathMatcher(pattern, true)
  return subject.writes.some(matcher) ? 'yes' : 'no'
}

/** Is every part of the call allowed by a rule? */
export function allAllowed(rules: readonly string[], { subject, calls }: Judged): boolean {
  const patterns: string[] = []
  for (const text of rules) {
    const rule = parseRule(text)
    if (!rule || matchPattern(rule.tool, subject.tool) !== 'yes') continue
    if (rule.pattern === undefined) return true
    patterns.push(rule.pattern)
  }
  if (patterns.length === 0) return false
  if (subject.command === undefined) {
    const matchers = patterns.map((pattern) => pathMatcher(pattern, false))
    return subject.writes.length > 0 && subject.writes.every((path) => matchers.some((matches) => matches(path)))
  }
  const line = subject.command.trim()
  if (patterns.some((pattern) => isExactly(pattern, line))) return true
  if (!calls || 'problem' in calls) return false
  const needed = calls.calls.filter((call) => !call.transparent)
  return needed.length > 0 && calls.calls.every(addsNothing) && needed.every((call) => patterns.some((pattern) => matchesExactly(pattern, call)))
}

/** A pattern without a star that is the line itself, to the letter. */
function isExactly(pattern: string, line: string): boolean {
  return !/(?<!\\)\*/.test(pattern) && pattern.replaceAll(/\\([\\*])/g, '$1') === line
}

/** Its environment and redirections are such that the words alone say what it does. */
function addsNothing(call: ProgramCall): boolean {
  return call.assignments.every(harmlessAssignment) && call.redirects.every(onlyReads)
}

function onlyReads({ operator, target }: Redirect): boolean {
  if (operator.endsWith('&')) return /^(?:\d+|-)$/.test(target.text)
  return (operator.startsWith('<') && operator !== '<>') || target.text === '/dev/null'
}

function pathMatcher(pattern: string, nocase: boolean): (path: string) => boolean {
  return picomatch(pattern.replace(/^\.\//, ''), { dot: true, nocase })
}
