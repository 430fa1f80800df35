import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { jsonValueSchema } from './json.ts'
import { handoffSchema, planStepSchema } from './plan.ts'
import { parkedReasonSchema, taskResultSchema, taskStatusSchema } from './tasks.ts'

/** What an event says, before the store gives it `seq`, `taskId` and `ts`. Contract part 4. */
export const progressBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: taskStatusSchema, reason: z.string().optional(), until: z.number().optional() }),
  z.object({ type: z.literal('step'), runId: z.string().optional(), step: z.int(), total: z.int(), message: z.string(), agent: z.string().optional(), stepId: z.string().optional() }),
  z.object({
    type: z.literal('tool'),
    runId: z.string().optional(),
    callId: z.string(),
    tool: z.string(),
    status: z.enum(['pending', 'success', 'error', 'denied', 'unknown']),
    args: jsonValueSchema.optional(),
    durationMs: z.number().optional(),
    summary: z.string().optional(),
    error: errorBodySchema.optional(),
  }),
  z.object({ type: z.literal('output'), runId: z.string().optional(), callId: z.string(), text: z.string() }),
  z.object({ type: z.literal('token'), runId: z.string().optional(), messageId: z.string(), attempt: z.int(), agent: z.string(), text: z.string() }),
  z.object({ type: z.literal('message'), runId: z.string().optional(), messageId: z.string(), agent: z.string(), text: z.string() }),
  z.object({ type: z.literal('plan'), runId: z.string().optional(), steps: z.array(planStepSchema) }),
  z.object({ type: z.literal('handoff'), runId: z.string().optional(), ...handoffSchema.shape }),
  z.object({
    type: z.literal('approval'),
    runId: z.string().optional(),
    approvalId: z.string(),
    status: z.enum(['pending', 'approved', 'denied', 'decided']),
    decision: z.string().optional(),
    tool: z.string(),
    preview: z.string(),
  }),
  z.object({ type: z.literal('checkpoint'), runId: z.string().optional(), checkpoint: z.int(), files: z.array(z.string()) }),
  z.object({
    type: z.literal('usage'),
    runId: z.string().optional(),
    model: z.string(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    costUsd: z.number().nullable(),
    totalCostUsd: z.number().nullable(),
  }),
  z.object({ type: z.literal('recovered'), runId: z.string().optional(), reason: z.enum(['restart', 'worker-crash']), stepId: z.string().optional() }),
  z.object({ type: z.literal('complete'), result: taskResultSchema }),
  z.object({ type: z.literal('failed'), error: errorBodySchema, recoverable: z.boolean() }),
  z.object({ type: z.literal('cancelled'), reason: z.string(), next: z.string().optional() }),
  z.object({ type: z.literal('interrupted'), reason: z.string(), next: z.string().optional() }),
  z.object({ type: z.literal('parked'), reason: parkedReasonSchema, next: z.string().optional() }),
])
export type ProgressBody = z.infer<typeof progressBodySchema>

export const progressEventSchema = z.intersection(z.object({ seq: z.int().min(1), taskId: z.string(), ts: z.number() }), progressBodySchema)
export type ProgressEvent = z.infer<typeof progressEventSchema>
