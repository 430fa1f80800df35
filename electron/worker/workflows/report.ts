import type { TaskResult } from '../../../shared/tasks.ts'
import type { Round, Work } from './round.ts'
import type { Verdict } from './validation.ts'

const SUMMARY_CHARS = 8000

export interface Outcome {
  work: Work
  verdict?: Verdict
  /** Sentences that the agents did not say. */
  notes?: string[]
}

/** Ends the round with what came of it. */
export async function reportRound(round: Round, { work, verdict, notes = [] }: Outcome): Promise<TaskResult> {
  const unresolved = verdict && !verdict.ok ? [complaint(verdict)] : []
  const summary = [work.text.trim(), ...unresolved, ...(verdict?.notes ?? []), ...notes].filter(Boolean).join('\n\n')
  const result: TaskResult = {
    success: verdict?.ok ?? true,
    summary: summary.slice(0, SUMMARY_CHARS),
    filesModified: work.filesModified.toSorted(),
    ...(verdict ? { validation: verdict.validation } : {}),
  }
  await round.durable.effect('finish-round', 'finish-round', { result })
  return result
}

function complaint({ validation, findings }: Verdict): string {
  if (validation.review && !validation.review.approved) return `Not resolved, says the reviewer: ${validation.review.comments}`
  if (findings.tests.length > 0) return `Tests still fail: ${findings.tests[0] ?? ''}`
  return `Errors remain: ${findings.diagnostics[0] ?? `${validation.diagnostics?.errors ?? 0} of them`}`
}
