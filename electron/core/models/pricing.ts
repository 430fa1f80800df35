import { z } from 'zod'
import table from '../../../resources/pricing.json' with { type: 'json' }
import type { ModelUsage } from '../../../shared/model.ts'

const TOKENS_PER_PRICE = 1_000_000
const DATE_SUFFIX = /-(\d{8}|\d{4}-\d{2}-\d{2})$/

const priceSchema = z.object({ input: z.number().min(0), output: z.number().min(0), cachedInput: z.number().min(0).optional() })
/** Provider kind → model → USD per million tokens. */
const pricingSchema = z.object({ updated: z.string(), models: z.record(z.string(), z.record(z.string(), priceSchema)) })

let prices: z.infer<typeof pricingSchema> | undefined

/** USD of a call; null where the table does not know the model. A dated name costs what its model costs. */
export function priceOf(kind: string, model: string, usage: ModelUsage): number | null {
  prices ??= pricingSchema.parse(table)
  const ofKind = prices.models[kind]
  const price = ofKind?.[model] ?? ofKind?.[model.replace(DATE_SUFFIX, '')]
  if (!price) return null
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens)
  const dollars = (usage.inputTokens - cached) * price.input + cached * (price.cachedInput ?? price.input) + usage.outputTokens * price.output
  return dollars / TOKENS_PER_PRICE
}
