import type { TaskOptions } from '../../../shared/api.ts'
import { money } from '../../ui/format.ts'
import { parkedReasonSchema } from '../../../shared/tasks.ts'
import type { ParkedReason, TaskStatus } from '../../../shared/tasks.ts'

export interface BannerText {
  hue: 'parked' | 'interrupted' | 'failed' | 'waiting'
  title: string
  /** What is safe meanwhile; left out where the decision itself stands above. */
  safe: string | undefined
  action: 'resume' | 'decide' | undefined
  /** What the one button says, and what it grants. */
  label: string
  options: TaskOptions
}

const STORED = 'Everything up to the last finished step is stored; nothing is done or paid for twice.'

/** A used-up budget goes on with twice as much, and with a dollar more at least. */
const LEAST_MORE_USD = 1

const PARKED: Record<ParkedReason, Pick<BannerText, 'title' | 'action'> & { label?: string }> = {
  approval: { title: 'A decision of yours is needed.', action: 'decide' },
  'in-doubt': { title: 'A command was cut off. Say whether to run it again.', action: 'decide' },
  trust: { title: 'This folder is not trusted yet.', action: 'decide' },
  budget: { title: 'The budget is used up.', action: 'resume' },
  disk: { title: 'The disk is full. Make room, then go on.', action: 'resume' },
  'turn-limit': { title: 'It used all the model calls it may.', action: 'resume', label: 'Resume with as many again' },
  'time-limit': { title: 'It used all the time it may.', action: 'resume', label: 'Resume with as much again' },
  'worker-crash': { title: 'It brought its worker down three times.', action: 'resume' },
  diverged: { title: 'The program has changed since this run began.', action: 'resume' },
}

/** The words of the banner for a task that does not go on by itself; undefined where none is needed. */
export function bannerFor(status: TaskStatus, reason: string | undefined, spentUsd: number | null = null): BannerText | undefined {
  switch (status) {
    case 'parked': {
      const known = parkedReasonSchema.safeParse(reason)
      const text = known.success ? PARKED[known.data] : { title: 'It waits for you.', action: 'resume' as const }
      const more = known.data === 'budget' ? moreBudget(spentUsd) : { options: {} }
      return { hue: 'parked', safe: text.action === 'decide' ? undefined : STORED, label: 'Resume', ...text, ...more }
    }
    case 'interrupted':
      return { hue: 'interrupted', title: 'Interrupted.', safe: STORED, action: 'resume', label: 'Resume', options: {} }
    case 'failed':
      return { hue: 'failed', title: 'The task failed.', safe: 'What it changed is listed under Changes. Send a message to go on from here.', action: undefined, label: '', options: {} }
    case 'waiting':
      return { hue: 'waiting', title: reason ? `Waits: ${reason}.` : 'Waits.', safe: 'Nothing needs to be done: what is finished is stored.', action: undefined, label: '', options: {} }
    case 'queued':
    case 'running':
    case 'completed':
    case 'cancelled':
      return undefined
    default:
      return status satisfies never
  }
}

function moreBudget(spentUsd: number | null): Pick<BannerText, 'label' | 'options'> {
  const spent = spentUsd ?? 0
  const budgetUsd = Math.ceil(Math.max(2 * spent, spent + LEAST_MORE_USD) * 100) / 100
  return { label: `Resume, up to ${money(budgetUsd)}`, options: { budgetUsd } }
}
