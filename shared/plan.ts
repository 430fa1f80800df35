import { z } from 'zod'

export const agentNameSchema = z.enum(['planner', 'coder', 'reviewer', 'terminal', 'docs'])
export type AgentName = z.infer<typeof agentNameSchema>

/** One node of the plan graph. `files` are the workspace-relative paths it claims: steps that share one never run at once. */
export const planStepSchema = z.object({
  id: z.string().min(1).max(64),
  title: z.string().min(1).max(500),
  agent: agentNameSchema,
  dependsOn: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
})
export type PlanStep = z.infer<typeof planStepSchema>

export const planSchema = z.object({ steps: z.array(planStepSchema).max(100) })
export type Plan = z.infer<typeof planSchema>

/** What one agent hands to the next: a digest, never the transcript. */
export const handoffSchema = z.object({
  from: agentNameSchema,
  to: agentNameSchema,
  context: z.object({
    filesModified: z.array(z.string()),
    currentState: z.string(),
    remainingTasks: z.array(z.string()),
  }),
  reason: z.string(),
})
export type Handoff = z.infer<typeof handoffSchema>
