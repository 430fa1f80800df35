/** One figure of the table in docs/performance.md. */
export interface Figure {
  unit: string
  /** Samples taken. */
  n: number
  median: number
  p95: number
  /** What `met` is judged by; null where the figure is only a control. */
  target: number | null
  met: boolean | null
  note?: string
}

export interface BenchOptions {
  /** Fewer samples and smaller trees: to see that it runs, not to quote. */
  quick: boolean
  say(line: string): void
}

export interface FigureGroup {
  name: string
  run(options: BenchOptions): Promise<Record<string, Figure>>
}
