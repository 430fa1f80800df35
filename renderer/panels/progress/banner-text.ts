import type { TaskOptions } from '../../../shared/api.ts'
import { parkedReasonSchema } from '../../../shared/tasks.ts'
import type { ParkedReason, TaskStatus } from '../../../shared/tasks.ts'

export interface BannerText {
  hue: 'parked' | 'interrupted' | 'failed' | 'waiting'
  title: string
  safe: string
  action: 'resume' | 'again' | 'decide' | undefined
  options: TaskOptions
}

const STORED = 'Everything up to the last finished step is stored; nothing is done or paid for twice.'

const PARKED: Record<ParkedReason, Pick<BannerText, 'title' | 'action'>> = {
  approval: { title: 'A decision of yours is needed.', action: 'decide' },
  'in-doubt': { title: 'A command was cut off. Say whether to run it again.', action: 'decide' },
  trust: { title: 'This folder is not trusted yet.', action: 'decide' },
  budget: { title: 'The budget is used up.', action: 'resume' },
  disk: { title: 'The disk is full. Make room, then go on.', action: 'resume' },
  'turn-limit': { title: 'It used all the model calls it may.', action: 'resume' },
  'time-limit': { title: 'It used all the time it may.', action: 'resume' },
  'worker-crash': { title: 'It brought its worker down three times.', action: 'resume' },
  diverged: { title: 'The program has changed since this run began.', action: 'resume' },
}

/** The words of the banner for a task that does not go on by itself; undefined where none is needed. */
export function bannerFor(status: TaskStatus, reason: string | undefined): BannerText | undefined {
  switch (status) {
    case 'parked': {
      const known = parkedReasonSchema.safeParse(reason)
      const text = known.success ? PARKED[known.data] : { title: 'It waits for you.', action: 'resume' as const }
      return { hue: 'parked', safe: STORED, options: {}, ...text }
    }
    case 'interrupted':
      return { hue: 'interrupted', title: 'Interrupted.', safe: STORED, action: 'resume', options: {} }
    case 'failed':
      return { hue: 'failed', title: 'The task failed.', safe: 'What it changed is listed under Changes. Send a message to go on from here.', action: undefined, options: {} }
    case 'waiting':
      return { hue: 'waiting', title: reason ? `Waits: ${reason}.` : 'Waits.', safe: 'It goes on by itself.', action: undefined, options: {} }
    case 'queued':
    case 'running':
    case 'completed':
    case 'cancelled':
      return undefined
    default:
      return status satisfies never
  }
}
