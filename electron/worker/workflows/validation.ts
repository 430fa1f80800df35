import { type Activation, type Findings, FINDINGS_LIMIT, type ReviewAnswer, reviewAnswerSchema } from '../../../shared/activation.ts'
import type { ValidationReport } from '../../../shared/effects.ts'
import type { AgentName, Handoff } from '../../../shared/plan.ts'
import type { TaskResult } from '../../../shared/tasks.ts'
import { handoff, type Round, type Work } from './round.ts'

export interface Verdict {
  ok: boolean
  validation: NonNullable<TaskResult['validation']>
  findings: Findings
  work: Work
}

/** Diagnostics and tests first, then the reviewer; what they find is fixed and all is looked at again, at most `maxFixRounds` times. */
export async function validateAndFix(round: Round, work: Work, by: AgentName): Promise<Verdict> {
  const limit = round.request.header.limits.maxFixRounds
  let current = work
  let author = by
  for (let fixRound = 0; ; fixRound += 1) {
    const verdict = await validate(round, current, author, fixRound)
    if (verdict.ok || fixRound === limit) return verdict
    const from = verdict.validation.review ? 'reviewer' : author
    const why = handoff(from, 'coder', current, describeFindings(verdict.findings), verdict.validation.review ? 'the reviewer complained' : 'the checks failed')
    await round.announce(`Fixing what was found (${fixRound + 1} of ${limit})`, 'coder', why)
    const fix = await round.activate('coder', { phase: 'fix', files: current.filesModified, handoff: why, findings: verdict.findings })
    current = { text: fix.text || current.text, filesModified: union(current.filesModified, fix.filesModified) }
    author = 'coder'
  }
}

async function validate(round: Round, work: Work, author: AgentName, fixRound: number): Promise<Verdict> {
  const id = `validate-${fixRound + 1}`
  await round.announce('Checking with diagnostics and tests')
  const report = await round.durable.effect(id, 'validate', { key: id })
  const checks = checkFindings(report)
  const validation: Verdict['validation'] = {
    diagnostics: { errors: report.diagnostics.errors, warnings: report.diagnostics.warnings },
    ...(report.tests ? { tests: { runner: report.tests.runner, passed: report.tests.passed, failed: report.tests.failed, skipped: report.tests.skipped } } : {}),
  }
  if (checks.tests.length > 0 || checks.diagnostics.length > 0) return { ok: false, validation, findings: checks, work }
  const review = await reviewWork(round, work, handoff(author, 'reviewer', work, [], 'the checks passed'))
  if (!review) return { ok: true, validation, findings: checks, work }
  return { ok: review.approved, validation: { ...validation, review }, findings: { ...checks, review: review.comments }, work }
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
  if (testsError && testsError.code !== 'NO_TEST_RUNNER' && testsError.code !== 'DENIED') failed.push(`${testsError.code}: ${testsError.message}`)
  return { tests: failed.slice(0, FINDINGS_LIMIT), diagnostics: diagnostics.errors > 0 ? diagnostics.items.slice(0, FINDINGS_LIMIT) : [], review: '' }
}

function describeFindings({ tests, diagnostics, review }: Findings): string[] {
  return [...tests, ...diagnostics, ...(review ? [review] : [])]
}

function union(a: string[], b: string[]): string[] {
  return [...new Set([...a, ...b])]
}
