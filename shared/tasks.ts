import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { planSchema } from './plan.ts'

export const taskStatusSchema = z.enum(['queued', 'running', 'waiting', 'parked', 'interrupted', 'completed', 'failed', 'cancelled'])
export type TaskStatus = z.infer<typeof taskStatusSchema>

/** Why a parked task needs someone. */
export const parkedReasonSchema = z.enum(['approval', 'in-doubt', 'budget', 'disk', 'trust', 'turn-limit', 'time-limit', 'worker-crash', 'diverged'])
export type ParkedReason = z.infer<typeof parkedReasonSchema>

export const modeSchema = z.enum(['plan', 'ask', 'auto-edit', 'full-auto'])
export type Mode = z.infer<typeof modeSchema>

export const intentSchema = z.enum(['create_project', 'edit_code', 'refactor', 'run_command', 'explain_code', 'write_docs', 'chat'])
export type Intent = z.infer<typeof intentSchema>

export const roleSchema = z.enum(['fast', 'smart', 'instant'])
export type Role = z.infer<typeof roleSchema>

/** Role → `provider/model` chain, the first being tried first. */
export const roleChainsSchema = z.record(roleSchema, z.array(z.string().min(1)).min(1))
export type RoleChains = z.infer<typeof roleChainsSchema>

export const limitsSchema = z.object({
  maxConcurrentTools: z.int().min(1).max(10),
  maxConcurrentCommands: z.int().min(1).max(16),
  workers: z.int().min(1).max(16),
  taskTimeoutMs: z.int().min(1000),
  maxFixRounds: z.int().min(0).max(20),
  maxTurns: z.int().min(1).max(10_000),
})
export type Limits = z.infer<typeof limitsSchema>

/** What a task froze when it started; it changes only by an explicit resume option. */
export const taskHeaderSchema = z.object({
  mode: modeSchema,
  roles: roleChainsSchema,
  limits: limitsSchema,
  budgetUsd: z.number().positive().nullable(),
  priority: z.number().min(-600).max(600),
  /** From the configuration and AGENTS.md of a trusted workspace. */
  instructions: z.string(),
  programVersion: z.string(),
  /** ISO date, what the agents are told as today. */
  date: z.string(),
  platform: z.string(),
})
export type TaskHeader = z.infer<typeof taskHeaderSchema>

export const usageTotalsSchema = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: z.number().nullable(),
  modelCalls: z.int(),
})
export type UsageTotals = z.infer<typeof usageTotalsSchema>

export const taskResultSchema = z.object({
  success: z.boolean(),
  summary: z.string(),
  filesModified: z.array(z.string()),
  validation: z
    .object({
      tests: z.object({ runner: z.string(), passed: z.int(), failed: z.int(), skipped: z.int() }).optional(),
      diagnostics: z.object({ errors: z.int(), warnings: z.int() }).optional(),
      review: z.object({ approved: z.boolean(), comments: z.string() }).optional(),
    })
    .optional(),
})
export type TaskResult = z.infer<typeof taskResultSchema>

export const taskSummarySchema = z.object({
  id: z.string(),
  task: z.string(),
  status: taskStatusSchema,
  reason: z.string().optional(),
  intent: intentSchema.nullable(),
  workspace: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
})
export type TaskSummary = z.infer<typeof taskSummarySchema>

export const stepViewSchema = z.object({ step: z.int(), total: z.int(), message: z.string(), agent: z.string().optional(), ts: z.number() })
export const toolCallViewSchema = z.object({
  callId: z.string(),
  tool: z.string(),
  status: z.enum(['pending', 'success', 'error', 'denied', 'unknown']),
  summary: z.string().optional(),
  durationMs: z.number().optional(),
  error: errorBodySchema.optional(),
})

/** One task, whole: what `rainy show ID --json` and `GET /tasks/{id}` print. */
export const taskDetailSchema = taskSummarySchema.extend({
  mode: modeSchema,
  round: z.int(),
  plan: planSchema.nullable(),
  steps: z.array(stepViewSchema),
  toolCalls: z.array(toolCallViewSchema),
  changes: z.array(z.object({ path: z.string(), added: z.int(), removed: z.int(), status: z.enum(['added', 'modified', 'deleted']) })),
  checkpoints: z.array(z.object({ checkpoint: z.int(), files: z.array(z.string()), ts: z.number() })),
  usage: usageTotalsSchema,
  result: taskResultSchema.optional(),
  error: errorBodySchema.optional(),
  /** The command that goes on, where one is needed. */
  next: z.string().optional(),
})
export type TaskDetail = z.infer<typeof taskDetailSchema>

export const FINISHED_STATUSES: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'cancelled'])
