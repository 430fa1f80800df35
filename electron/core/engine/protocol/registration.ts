import { z } from 'zod'

/** Flow control that the embedded engine does not have yet; it must not be ignored in silence. */
const UNSUPPORTED = ['throttle', 'rateLimit', 'idempotency', 'debounce', 'batchEvents', 'singleton'] as const

const concurrencySchema = z.object({
  limit: z.int().min(0),
  key: z.string().optional(),
  scope: z.enum(['fn', 'env', 'account']).default('fn'),
})

/** A function as the SDK registers it. Protocol part 10. */
export const registrationSchema = z
  .object({
    id: z.string().min(1),
    name: z.string(),
    triggers: z.array(
      z.union([
        z.object({ event: z.string().min(1), expression: z.string().optional() }),
        z.object({ cron: z.string().refine(() => false, 'a cron trigger is not supported by the embedded engine') }),
      ]),
    ),
    steps: z.object({ step: z.object({ retries: z.object({ attempts: z.int().min(0).max(20) }).optional() }) }),
    concurrency: z
      .union([
        z.int().min(0).transform((limit) => [{ limit, scope: 'fn' as const }]),
        concurrencySchema.transform((one) => [one]),
        z.array(z.union([concurrencySchema, z.int().min(0).transform((limit) => ({ limit, scope: 'fn' as const }))])).max(2),
      ])
      .default([]),
    priority: z.object({ run: z.string().optional() }).optional(),
    timeouts: z.object({ start: z.string().optional(), finish: z.string().optional() }).optional(),
    cancel: z.array(z.object({ event: z.string().min(1), if: z.string().optional(), timeout: z.string().optional() })).max(5).default([]),
    ...Object.fromEntries(UNSUPPORTED.map((key) => [key, z.undefined(`${key} is not supported by the embedded engine`).optional()])),
  })
export type Registration = z.output<typeof registrationSchema>
