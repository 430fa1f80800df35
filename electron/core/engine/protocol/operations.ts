import { z } from 'zod'
import { jsonValueSchema } from '../../../../shared/json.ts'

/** An error as the SDK serialises it. */
export const wireErrorSchema = z.object({
  name: z.string().default('Error'),
  message: z.string().default(''),
  stack: z.string().optional(),
  cause: z.unknown().optional(),
  code: z.string().optional(),
})
export type WireError = z.infer<typeof wireErrorSchema>

const common = {
  id: z.string().min(1),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
}
const opts = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape)
/** `undefined` results arrive as absent: JSON knows only null. */
const dataSchema = z.unknown().default(null)

const stepRunSchema = z.object({ ...common, op: z.enum(['StepRun', 'Step']), data: dataSchema, opts: opts({ type: z.string().optional() }).nullish() })

/** The operations that an app answers with. Only the fields the engine uses: the rest is the SDK's own business. Protocol part 3. */
export const operationSchema = z.discriminatedUnion('op', [
  stepRunSchema,
  z.object({ ...common, op: z.literal('StepError'), error: wireErrorSchema }),
  z.object({ ...common, op: z.literal('StepFailed'), error: wireErrorSchema }),
  z.object({ ...common, op: z.literal('StepPlanned'), opts: opts({ parallelMode: z.string().optional() }).nullish() }),
  z.object({ ...common, op: z.literal('Sleep'), name: z.string(), opts: opts({ parallelMode: z.string().optional() }).nullish() }),
  z.object({ ...common, op: z.literal('WaitForEvent'), name: z.string(), opts: opts({ timeout: z.string(), if: z.string().optional(), parallelMode: z.string().optional() }) }),
  z.object({ ...common, op: z.literal('WaitForSignal'), opts: opts({ signal: z.string(), timeout: z.string(), conflict: z.string().optional(), parallelMode: z.string().optional() }) }),
  z.object({
    ...common,
    op: z.literal('InvokeFunction'),
    opts: opts({
      function_id: z.string(),
      payload: z.object({ data: z.record(z.string(), jsonValueSchema).nullish() }).nullish(),
      timeout: z.string().nullish(),
      parallelMode: z.string().optional(),
    }),
  }),
  z.object({ ...common, op: z.literal('RunComplete'), data: dataSchema }),
  // The rest of the protocol: understood, and refused by name until the engine has it.
  z.object({ ...common, op: z.enum(['AIGateway', 'Gateway', 'DeferAdd', 'DeferAbort', 'DiscoveryRequest', 'SyncRunComplete']) }),
])
export type Operation = z.infer<typeof operationSchema>

export const operationsSchema = z.array(operationSchema)

/** `POST /v1/checkpoint/{run}/async`. Protocol part 6. */
export const checkpointSchema = z.object({
  run_id: z.string(),
  qi_id: z.string(),
  steps: z.array(stepRunSchema),
})
export type CheckpointStep = z.infer<typeof stepRunSchema>
