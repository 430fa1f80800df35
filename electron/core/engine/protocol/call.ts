import { z } from 'zod'

/** What the app is asked with. Protocol part 1. The engine writes it, tests and stand-in apps read it. */
export const callSchema = z.object({
  version: z.literal(2),
  event: z.object({ id: z.string(), name: z.string(), data: z.record(z.string(), z.json()), ts: z.number(), user: z.object({}) }),
  events: z.array(z.unknown()),
  steps: z.record(z.string(), z.json()),
  use_api: z.literal(false),
  ctx: z.object({
    run_id: z.string(),
    fn_id: z.string(),
    attempt: z.int(),
    max_attempts: z.int(),
    qi_id: z.string(),
    disable_immediate_execution: z.boolean(),
    use_api: z.literal(false),
    stack: z.object({ stack: z.array(z.string()), current: z.int() }),
  }),
})
export type CallBody = z.infer<typeof callSchema>
