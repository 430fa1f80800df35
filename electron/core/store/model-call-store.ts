import { z } from 'zod'
import type { UsageTotals } from '../../../shared/tasks.ts'
import type { Db } from './database.ts'

/** One paid model call whose answer is stored. */
export interface ModelCallRow {
  id: string
  taskId: string
  runId: string
  stepId: string
  agent: string
  model: string
  inputTokens: number
  outputTokens: number
  cachedTokens: number
  /** USD; null where the price is not known. */
  costUsd: number | null
  durationMs: number
  createdAt: number
}

export interface ModelCallStore {
  add(row: ModelCallRow): void
  /** `costUsd` is null where the price of any call is not known. */
  totals(taskId: string): UsageTotals
  totalCostUsd(since: number): number | null
}

const totalsSchema = z.object({ calls: z.number(), input: z.number(), output: z.number(), cost: z.number(), unpriced: z.number() })

export function createModelCallStore(db: Db): ModelCallStore {
  const insert = db.prepare<[ModelCallRow]>(`INSERT OR IGNORE INTO model_calls
    (id, task_id, run_id, step_id, agent, model, input_tokens, output_tokens, cached_tokens, cost_usd, duration_ms, created_at)
    VALUES (@id, @taskId, @runId, @stepId, @agent, @model, @inputTokens, @outputTokens, @cachedTokens, @costUsd, @durationMs, @createdAt)`)
  const SUMS = 'count(*) AS calls, coalesce(sum(input_tokens), 0) AS input, coalesce(sum(output_tokens), 0) AS output, coalesce(sum(cost_usd), 0) AS cost, count(*) - count(cost_usd) AS unpriced'
  const ofTask = db.prepare<[string]>(`SELECT ${SUMS} FROM model_calls WHERE task_id = ?`)
  const since = db.prepare<[number]>(`SELECT ${SUMS} FROM model_calls WHERE created_at >= ?`)
  return {
    add: (row) => void insert.run(row),
    totals(taskId) {
      const sums = totalsSchema.parse(ofTask.get(taskId))
      return { modelCalls: sums.calls, inputTokens: sums.input, outputTokens: sums.output, costUsd: sums.unpriced > 0 ? null : sums.cost }
    },
    totalCostUsd(from) {
      const sums = totalsSchema.parse(since.get(from))
      return sums.unpriced > 0 ? null : sums.cost
    },
  }
}
