const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Short, as it stands in a list: `now`, `4 min`, `3 h`, `2 d`, then the date. */
export function relativeTime(ts: number, now: number): string {
  const age = Math.max(0, now - ts)
  if (age < MINUTE) return 'now'
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min`
  if (age < DAY) return `${Math.floor(age / HOUR)} h`
  if (age < 7 * DAY) return `${Math.floor(age / DAY)} d`
  return new Date(ts).toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
}

export function exactTime(ts: number): string {
  return new Date(ts).toLocaleString()
}

export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`
  return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / SECOND)} s`
}

/** `840 tokens`, `12 k tokens`, `1.4 M tokens`. */
export function tokens(count: number): string {
  if (count < 1000) return `${count} tokens`
  if (count < 1_000_000) return `${count < 10_000 ? (count / 1000).toFixed(1) : Math.round(count / 1000)} k tokens`
  return `${(count / 1_000_000).toFixed(1)} M tokens`
}

/** Dollars, finer where they are few. A price that is not known is said to be unknown, never shown as nothing. */
export function money(usd: number | null): string {
  if (usd === null) return 'cost unknown'
  if (usd === 0) return '$0.00'
  if (usd < 0.0001) return '<$0.0001'
  return usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The last part of a path: what a person calls the folder. */
export function folderName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path
}
