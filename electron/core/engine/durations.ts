const UNIT_MS: Record<string, number> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const DURATION = /^(?:\d+(?:ms|w|d|h|m|s))+$/
const PART = /(\d+)(ms|w|d|h|m|s)/g

/** When a duration (`1m30s`), an ISO date or the empty string (now) of the protocol ends, in ms since 1970. Undefined where it is neither. */
export function deadlineOf(text: string, now: number): number | undefined {
  if (text === '') return now
  if (DURATION.test(text)) {
    let total = 0
    for (const [, count, unit] of text.matchAll(PART)) total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
    return now + total
  }
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date
}
