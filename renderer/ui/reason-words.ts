import { parkedReasonSchema } from '../../shared/tasks.ts'
import type { ParkedReason } from '../../shared/tasks.ts'

/** Why a task waits for a person, in a few words. */
export function reasonWords(reason: string): string {
  const known = parkedReasonSchema.safeParse(reason)
  return known.success ? REASON_WORDS[known.data] : reason
}

const REASON_WORDS: Record<ParkedReason, string> = {
  approval: 'a decision',
  'in-doubt': 'a command that was cut off',
  trust: 'trust in its folder',
  budget: 'more budget',
  disk: 'room on the disk',
  'turn-limit': 'more model calls',
  'time-limit': 'more time',
  'worker-crash': 'a look: its worker died three times',
  diverged: 'a look: the program has changed',
}
