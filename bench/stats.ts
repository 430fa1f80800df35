import type { Figure } from './figure.ts'

/** The sample below which that share lies, interpolated between its neighbours. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error('a figure without samples')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

interface Judged {
  unit: string
  target?: number
  /** What the target is for; default the median. */
  by?: 'median' | 'p95' | 'p99' | 'max'
  note?: string
}

/** A figure from samples; it is met where the judged value is not above its target. */
export function figure(samples: readonly number[], { unit, target, by = 'median', note }: Judged): Figure {
  const shares = { median: 0.5, p95: 0.95, p99: 0.99, max: 1 }
  const judged = quantile(samples, shares[by])
  const said = [by === 'median' || by === 'p95' ? undefined : `${by} ${round(judged)}`, note].filter((part) => part !== undefined).join('; ')
  return {
    unit,
    n: samples.length,
    median: round(median(samples)),
    p95: round(quantile(samples, 0.95)),
    target: target ?? null,
    met: target === undefined ? null : judged <= target,
    ...(said ? { note: said } : {}),
  }
}

export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
