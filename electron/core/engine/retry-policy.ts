import { createHash } from 'node:crypto'

const SECOND_MS = 1000
const BACKOFF_SECONDS = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200]
const JITTER_MS = 30 * SECOND_MS
const RETRY_AFTER_MIN_MS = SECOND_MS
const RETRY_AFTER_MAX_MS = 86_400 * SECOND_MS
/** The protocol's default: four retries. */
export const DEFAULT_RETRIES = 4

/**
 * When the attempt after `attempt` (from 0) is due. An app's own Retry-After wins, between 1 s and 24 h. The jitter is derived
 * from the run, so that runs spread out and a test can foresee it.
 */
export function retryAt(input: { runId: string; attempt: number; now: number; retryAfter?: string }): number {
  const { runId, attempt, now, retryAfter } = input
  const asked = retryAfter === undefined ? undefined : delayOf(retryAfter, now)
  if (asked !== undefined) return now + Math.min(RETRY_AFTER_MAX_MS, Math.max(RETRY_AFTER_MIN_MS, asked))
  const seconds = BACKOFF_SECONDS[Math.min(attempt, BACKOFF_SECONDS.length - 1)] ?? 0
  const jitter = createHash('sha1').update(`${runId}:${attempt}`).digest().readUInt16BE(0) / 0xff_ff
  return now + seconds * SECOND_MS + Math.round(jitter * JITTER_MS)
}

function delayOf(retryAfter: string, now: number): number | undefined {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * SECOND_MS
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? undefined : date - now
}
