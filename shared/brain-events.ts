import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { intentSchema, taskHeaderSchema, taskResultSchema } from './tasks.ts'

/** One earlier exchange of the conversation, as the next round is told of it. */
export const roundDigestSchema = z.object({ text: z.string(), summary: z.string(), filesModified: z.array(z.string()) })
export type RoundDigest = z.infer<typeof roundDigestSchema>

/** What starts a round of a task: the event data of `brain/task.requested`, `brain/task.message`, `brain/project.create`, `brain/refactor.requested`. */
export const roundRequestSchema = z.object({
  taskId: z.string(),
  round: z.int().min(1),
  text: z.string(),
  files: z.array(z.string()),
  workspace: z.string(),
  intent: intentSchema,
  header: taskHeaderSchema,
  history: z.array(roundDigestSchema),
})
export type RoundRequest = z.infer<typeof roundRequestSchema>

/** The engine's events by name, with the schema of their data. */
export const BRAIN_EVENTS = {
  'brain/task.requested': roundRequestSchema,
  'brain/task.message': roundRequestSchema,
  'brain/project.create': roundRequestSchema,
  'brain/refactor.requested': roundRequestSchema,
  'brain/task.completed': z.object({ taskId: z.string(), round: z.int(), result: taskResultSchema }),
  'brain/task.failed': z.object({ taskId: z.string(), round: z.int(), error: errorBodySchema }),
  'brain/task.cancelled': z.object({ taskId: z.string() }),
  'brain/task.unparked': z.object({ taskId: z.string(), reason: z.string() }),
  'brain/approval.decided': z.object({ taskId: z.string(), approvalId: z.string(), decision: z.enum(['approve', 'deny', 'rerun', 'skip', 'done']) }),
} as const

export type BrainEventName = keyof typeof BRAIN_EVENTS
