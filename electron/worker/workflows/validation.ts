import { type Activation, type Findings, FINDINGS_LIMIT, type ReviewAnswer, reviewAnswerSchema } from '../../../shared/activation.ts'
import type { ValidationReport } from '../../../shared/effects.ts'
import type { AgentName, Handoff } from '../../../shared/plan.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import type { RoundState } from '../agents/router.ts'
import { handoff, type Round, type Work } from './round.ts'

export interface Verdict {
  ok: boolean
  validation: NonNullable<TaskResult['validation']>
  findings: Findings
  /** Sentences for the report: what could not be checked. */
  notes: string[]
}

/** Where the work of a round stands. */
export interface Standing {
  /** What the network's router decides by. */
  state: RoundState
  work: Work
  author: AgentName
  looks: number
  verdict?: Verdict
}

/** What keeps tests from running and lies in the code; all else lies around it, and no agent can mend it. */
const TEST_ERRORS_IN_CODE: ReadonlySet<string> = new Set(['TIMEOUT', 'OUTPUT_LIMIT'])

/** The reviewer's turn: diagnostics and tests first, and only what these find nothing in is judged. */
export async function lookAtChange(round: Round, standing: Standing): Promise<void> {
  standing.looks += 1
  const verdict = await validate(round, standing)
  standing.verdict = verdict
  if (verdict.ok) standing.state.finished.push('reviewer')
  else standing.state.findings = true
}

/** The coder's turn after a look that found something. */
export async function fixFindings(round: Round, standing: Standing): Promise<void> {
  const { state, work, author, verdict } = standing
  if (!verdict) throw new Error('nothing was looked at yet')
  const limit = round.request.header.limits.maxFixRounds
  const { review } = verdict.validation
  const why = handoff(review ? 'reviewer' : author, 'coder', work, describeFindings(verdict.findings), review ? 'the reviewer complained' : 'the checks failed')
  await round.announce(`Fixing what was found (${limit - state.fixesLeft + 1} of ${limit})`, 'coder', why)
  const fix = await round.activate('coder', { phase: 'fix', files: work.filesModified, handoff: why, findings: verdict.findings })
  standing.work = { text: [work.text, fix.text].filter(Boolean).join('\n\n'), filesModified: union(work.filesModified, fix.filesModified) }
  standing.author = 'coder'
  // Where nothing was done, looking again would find the same.
  state.fixesLeft = fix.acted ? state.fixesLeft - 1 : 0
  state.findings = !fix.acted
}

async function validate(round: Round, { work, author, looks }: Standing): Promise<Verdict> {
  const id = `validate-${looks}`
  await round.announce('Checking with diagnostics and tests')
  const report = await round.durable.effect(id, 'validate', { key: id })
  const checks = checkFindings(report)
  const validation: Verdict['validation'] = {
    diagnostics: { errors: report.diagnostics.errors, warnings: report.diagnostics.warnings },
    ...(report.tests ? { tests: { runner: report.tests.runner, passed: report.tests.passed, failed: report.tests.failed, skipped: report.tests.skipped } } : {}),
  }
  const notes = notRun(report)
  const verdict = { validation, findings: checks, notes }
  if (checks.tests.length > 0 || checks.diagnostics.length > 0) return { ...verdict, ok: false }
  const review = await reviewWork(round, work, handoff(author, 'reviewer', work, [], describeChecks(report)))
  if (!review) return { ...verdict, ok: true }
  return { ...verdict, ok: review.approved, validation: { ...validation, review }, findings: { ...checks, review: review.comments } }
}

/** What the reviewer need not look for again. */
function describeChecks({ tests, diagnostics }: ValidationReport): string {
  const ran = tests ? `${tests.passed} tests passed (${tests.runner})` : 'no tests were run'
  return `${ran}; diagnostics found ${diagnostics.warnings} warnings and no errors`
}

/** Checks that could not be made are no findings, but they are said. */
function notRun({ testsError, diagnostics }: ValidationReport): string[] {
  const tests = testsError && !TEST_ERRORS_IN_CODE.has(testsError.code) && testsError.code !== 'NO_TEST_RUNNER' ? [`The tests were not run: ${testsError.code === 'DENIED' ? 'they were not allowed' : testsError.message}`] : []
  return diagnostics.error ? [...tests, `Some files were not checked: ${diagnostics.error.message}`] : tests
}

/** Undefined where the reviewer gave no verdict in the form it owed: then the checks alone count. */
async function reviewWork(round: Round, work: Work, from: Handoff): Promise<ReviewAnswer | undefined> {
  await round.announce('Reviewing the change', 'reviewer', from)
  const activation: Omit<Activation, 'task'> = { phase: 'review', files: work.filesModified, handoff: from }
  return (await round.activate('reviewer', activation, { answer: reviewAnswerSchema })).value
}

function checkFindings({ tests, testsError, diagnostics }: ValidationReport): Findings {
  const failed = (tests?.failures ?? []).map((failure) => `${failure.path ? `${failure.path}${failure.line ? `:${failure.line}` : ''} ` : ''}${failure.name}: ${failure.message}`)
  // A runner may count a failure that it does not name.
  if (tests && tests.failed > 0 && failed.length === 0) failed.push(`${tests.failed} failed: ${tests.output}`)
  if (testsError && TEST_ERRORS_IN_CODE.has(testsError.code)) failed.push(`${testsError.code}: ${testsError.message}`)
  return { tests: failed.slice(0, FINDINGS_LIMIT), diagnostics: diagnostics.errors > 0 ? diagnostics.items.slice(0, FINDINGS_LIMIT) : [], review: '' }
}

function describeFindings({ tests, diagnostics, review }: Findings): string[] {
  return [...tests, ...diagnostics, ...(review ? [review] : [])]
}

function union(a: string[], b: string[]): string[] {
  return [...new Set([...a, ...b])]
}
