import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { jsonValueSchema } from './json.ts'
import { suspensionSchema } from './model.ts'
import { planSchema } from './plan.ts'
import { progressBodySchema } from './progress.ts'
import { taskResultSchema } from './tasks.ts'

/** An effect that must wait for someone: nothing was done. The workflow waits and asks again in a step with a new id and the same `key`. */
export const effectSuspendedSchema = z.object({ suspend: suspensionSchema })
export type EffectSuspended = z.infer<typeof effectSuspendedSchema>

/** What the checks say of the workspace as it stands. */
export const validationReportSchema = z.object({
  tests: z
    .object({
      runner: z.string(),
      passed: z.int(),
      failed: z.int(),
      skipped: z.int(),
      failures: z.array(z.object({ name: z.string(), message: z.string(), path: z.string().optional(), line: z.int().optional() })),
      output: z.string(),
    })
    .optional(),
  /** Why there is no `tests`: NO_TEST_RUNNER is no failure. */
  testsError: errorBodySchema.optional(),
  /** `error`: why some file could not be checked; a language that no server is configured for is not looked at and no error. */
  diagnostics: z.object({ errors: z.int(), warnings: z.int(), items: z.array(z.string()), error: errorBodySchema.optional() }),
  /** All that the task changed so far, workspace-relative. */
  filesModified: z.array(z.string()),
})
export type ValidationReport = z.infer<typeof validationReportSchema>

/** One call that the workflow itself makes. `key` is the same over all tries of one call: the journal's and the approval's key. */
export const runToolInputSchema = z.object({ key: z.string(), tool: z.string(), args: jsonValueSchema })

const nothing = z.object({})

/** Host-side steps that are neither a model call nor an agent's batch: what the workflow may ask for, by name. */
export const EFFECTS = {
  /** Appends progress events, in order. */
  progress: { input: z.object({ bodies: z.array(progressBodySchema).min(1) }), output: nothing },
  /** The task's plan and its `plan` event. */
  'record-plan': { input: z.object({ plan: planSchema }), output: nothing },
  /** Diagnostics and tests of the workspace. */
  validate: { input: z.object({ key: z.string() }), output: z.union([effectSuspendedSchema, validationReportSchema]) },
  /** Ends the round: status, `complete`, and the event brain/task.completed. */
  'finish-round': { input: z.object({ result: taskResultSchema }), output: nothing },
  /** Ends the round: status, `failed`, and the event brain/task.failed. */
  'fail-round': { input: z.object({ error: errorBodySchema }), output: nothing },
  'run-tool': {
    input: runToolInputSchema,
    output: z.union([effectSuspendedSchema, z.object({ result: jsonValueSchema }), z.object({ error: errorBodySchema })]),
  },
  /** The folder as the agents are told of it: a bounded tree, and AGENTS.md where the workspace is trusted. */
  'workspace-summary': { input: nothing, output: z.object({ tree: z.string(), agentsMd: z.string().optional() }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type EffectName = keyof typeof EFFECTS
export type EffectInput<Name extends EffectName> = z.input<(typeof EFFECTS)[Name]['input']>
export type EffectOutput<Name extends EffectName> = z.output<(typeof EFFECTS)[Name]['output']>
