import { z } from 'zod'
import { phaseSchema } from '../../../shared/activation.ts'
import { roundRequestSchema } from '../../../shared/brain-events.ts'
import { errorBodySchema } from '../../../shared/errors.ts'
import { handoffSchema, planStepSchema } from '../../../shared/plan.ts'

/** What a plan step's own run is given. It names its task, so that the engine cancels and interrupts both together. */
export const planStepRequestSchema = z.object({
  taskId: z.string(),
  request: roundRequestSchema,
  step: planStepSchema,
  handoff: handoffSchema,
  /** The folder as the round was told of it. */
  tree: z.string(),
  phase: phaseSchema,
})
export type PlanStepRequest = z.infer<typeof planStepRequestSchema>

/** A failure is a value: the steps beside it end in their own way first. */
export const planStepResultSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), text: z.string(), filesModified: z.array(z.string()) }),
  z.object({ state: z.literal('failed'), error: errorBodySchema }),
])
export type PlanStepResult = z.infer<typeof planStepResultSchema>
