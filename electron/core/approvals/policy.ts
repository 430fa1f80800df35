import type { CallSubject } from '../../../shared/tools.ts'
import type { Mode } from '../../../shared/tasks.ts'
import { usesNetwork } from './programs.ts'
import { isProtectedPath, touchesProtected } from './protected.ts'
import { exactPattern } from '../../../shared/rule-syntax.ts'
import { allAllowed, firstRestricting, type Judged } from './rules.ts'
import { programCalls } from './shell/calls.ts'
import type { Policy, PolicyRules, Verdict } from './types.ts'

/** A rule longer than this says nothing to whoever reads it again. */
const ALWAYS_RULE_LIMIT_CHARS = 200

const ALLOW: Verdict = { verdict: 'allow' }

/** Tools without an effect that still let the folder's contents decide what runs: a language server loads its plugins. */
const RUNS_WHAT_THE_FOLDER_HOLDS: ReadonlySet<string> = new Set(['get_diagnostics'])

/**
 * Decides whether a call may run. In order:
 * 1. A deny rule that matches denies, in every mode.
 * 2. An untrusted workspace and the mode `plan` let only reads through.
 * 3. What has no effect is free.
 * 4. Protected paths, tools that a client offers, and ask rules ask; so does a command that cannot be read, for no rule can speak of it.
 * 5. An allow rule that covers every part of the call allows.
 * 6. The mode decides: `ask` asks, `auto-edit` lets file writes through, `full-auto` all but the network.
 */
export function createPolicy(): Policy {
  return {
    judge(subject, { mode, trusted, rules }) {
      const judged: Judged = { subject, calls: subject.command === undefined ? undefined : programCalls(subject.command) }
      const denied = firstRestricting(rules.deny, judged)
      if (denied?.match === 'yes') return { verdict: 'deny', why: `the rule ${denied.rule} forbids it` }
      if (!trusted && !(subject.effect === 'none' && !RUNS_WHAT_THE_FOLDER_HOLDS.has(subject.tool))) {
        return { verdict: 'deny', why: 'this folder is not trusted: only reads are possible' }
      }
      if (mode === 'plan' && subject.effect !== 'none') return { verdict: 'deny', why: 'the mode `plan` only reads' }
      const restriction = mustAsk(judged, rules, denied?.rule)
      if (restriction) return restriction
      if (allAllowed(rules.allow, judged)) return ALLOW
      return byMode(judged, mode)
    },
  }
}

function mustAsk(judged: Judged, rules: PolicyRules, doubt: string | undefined): Verdict | undefined {
  const { subject, calls } = judged
  const asked = firstRestricting(rules.ask, judged)
  if (asked?.match === 'yes') return { verdict: 'ask', why: `the rule ${asked.rule} asks` }
  if (subject.effect === 'none') return undefined
  if (subject.tool.startsWith('client/')) return { verdict: 'ask', why: 'the tool is offered by a client' }
  if (subject.writes.some(isProtectedPath)) return { verdict: 'ask', why: 'it writes to a protected path' }
  if (calls && 'calls' in calls && calls.calls.some(touchesProtected)) return { verdict: 'ask', why: 'it may write to a protected path' }
  const unsure = doubt ?? asked?.rule
  if (unsure !== undefined) return { verdict: 'ask', why: `it cannot be told whether the rule ${unsure} applies` }
  return undefined
}

function byMode({ subject, calls }: Judged, mode: Mode): Verdict {
  if (subject.effect === 'none') return ALLOW
  const ask = (why: string): Verdict => {
    const alwaysRule = narrowRule(subject, calls !== undefined && 'problem' in calls)
    return { verdict: 'ask', why, ...(alwaysRule === undefined ? {} : { alwaysRule }) }
  }
  if (calls && 'problem' in calls) return ask(calls.problem)
  switch (mode) {
    case 'plan':
      return { verdict: 'deny', why: 'the mode `plan` only reads' }
    case 'ask':
      return ask('the mode `ask` asks before anything that has an effect')
    case 'auto-edit':
      return subject.effect === 'file' ? ALLOW : ask('the mode `auto-edit` asks before anything but writing files')
    case 'full-auto': {
      const network = calls ? calls.calls.find((call) => usesNetwork(call) !== 'no') : undefined
      return network ? ask(`\`${network.words[0]}\` may use the network`) : ALLOW
    }
    default:
      return mode satisfies never
  }
}

/** What "always" would allow: this very command, this very file. Nothing for what cannot be read. */
function narrowRule(subject: CallSubject, unreadable: boolean): string | undefined {
  if (subject.command !== undefined) {
    const line = subject.command.trim()
    if (unreadable || line === '' || line.includes('\n') || line.length > ALWAYS_RULE_LIMIT_CHARS) return undefined
    return `${subject.tool}(${exactPattern(line)})`
  }
  const [path, ...others] = subject.writes
  if (path !== undefined) return others.length > 0 || /[*?[\]{}()!\\]/.test(path) ? undefined : `${subject.tool}(${path})`
  return subject.effect === 'external' ? undefined : subject.tool
}
