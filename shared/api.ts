import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { jsonValueSchema } from './json.ts'
import { progressEventSchema } from './progress.ts'
import { modeSchema, roleSchema, taskDetailSchema, taskSummarySchema } from './tasks.ts'
import { toolCallSchema, toolInfoSchema, toolOutcomeSchema } from './tools.ts'

/** What may be chosen for a task when it starts or goes on. */
export const taskOptionsSchema = z.object({
  mode: modeSchema.optional(),
  /** Role → chain of `provider/model`; roles left out keep their own. */
  models: z.partialRecord(roleSchema, z.array(z.string().min(1)).min(1)).optional(),
  budgetUsd: z.number().positive().optional(),
  priority: z.number().min(-600).max(600).optional(),
  trust: z.boolean().optional(),
})
export type TaskOptions = z.infer<typeof taskOptionsSchema>

export const approvalViewSchema = z.object({
  id: z.string(),
  taskId: z.string(),
  kind: z.enum(['approval', 'in-doubt', 'trust']),
  status: z.enum(['pending', 'approved', 'denied', 'decided']),
  decision: z.string().optional(),
  tool: z.string(),
  args: jsonValueSchema,
  /** Exactly what will run or change: the command line, or a unified diff. */
  preview: z.string(),
  /** What "always" would allow, as a rule; absent where always cannot be offered. */
  alwaysRule: z.string().optional(),
  workspace: z.string(),
  createdAt: z.number(),
  decidedAt: z.number().optional(),
})
export type ApprovalView = z.infer<typeof approvalViewSchema>

export const decisionSchema = z.enum(['approve', 'deny', 'rerun', 'skip', 'done'])
export type Decision = z.infer<typeof decisionSchema>

export const modelsViewSchema = z.object({
  roles: z.record(z.string(), z.array(z.object({ model: z.string(), provider: z.string(), known: z.boolean() }))),
  providers: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      baseUrl: z.string().optional(),
      apiKeyEnv: z.string().optional(),
      hasKey: z.boolean(),
      reachable: z.boolean(),
      error: errorBodySchema.optional(),
    }),
  ),
})
export type ModelsView = z.infer<typeof modelsViewSchema>

export const doctorReportSchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), status: z.enum(['ok', 'warning', 'error']), detail: z.string() })),
})
export type DoctorReport = z.infer<typeof doctorReportSchema>

export const statusViewSchema = z.object({
  version: z.string(),
  pid: z.int(),
  epoch: z.int(),
  workers: z.object({ busy: z.int(), total: z.int() }),
  queue: z.int(),
  running: z.int(),
  /** What went on by itself after a restart: shown once, as a thin line. */
  recovered: z.array(z.object({ taskId: z.string(), step: z.string() })),
  totalCostUsd: z.number().nullable(),
})
export type StatusView = z.infer<typeof statusViewSchema>

/** An ID, or an unambiguous beginning of one. */
const idSchema = z.string().min(1, 'Give an ID').max(100, 'No ID is that long')
/** A whole ID, as platform/ids.ts makes it. */
const wholeIdSchema = z.string().regex(/^[bcdfghjkmnpqrstvwxz2-9]{12}$/, 'Not an ID')
const absolutePathSchema = z.string().min(1).max(4096)

function operation<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output): { input: Input; output: Output } {
  return { input, output }
}

/** Every request that a surface can make of the core: the one list that HTTP, the socket, IPC and the client share. */
export const OPERATIONS = {
  /** With a `taskId` of the caller's choice it may be said again: the task is started once. */
  'tasks.start': operation(
    z.strictObject({ taskId: wholeIdSchema.optional(), task: z.string().min(1).max(1_000_000), workspace: absolutePathSchema, files: z.array(z.string()).default([]), options: taskOptionsSchema.default({}) }),
    z.object({ taskId: z.string() }),
  ),
  'tasks.message': operation(
    z.strictObject({ taskId: idSchema, text: z.string().min(1).max(1_000_000), files: z.array(z.string()).default([]), options: taskOptionsSchema.default({}) }),
    z.object({ taskId: z.string() }),
  ),
  'tasks.list': operation(z.strictObject({ workspace: absolutePathSchema.optional(), limit: z.int().min(1).max(10_000).default(500) }), z.array(taskSummarySchema)),
  'tasks.get': operation(z.strictObject({ taskId: idSchema }), taskDetailSchema),
  /** Without an id: every task of the workspace that is interrupted, or parked with its reason since resolved. */
  'tasks.resume': operation(
    z.strictObject({ taskId: idSchema.optional(), workspace: absolutePathSchema.optional(), options: taskOptionsSchema.default({}) }),
    z.object({ taskIds: z.array(z.string()) }),
  ),
  'tasks.cancel': operation(z.strictObject({ taskId: idSchema, reason: z.string().optional() }), z.object({ taskId: z.string() })),
  /** Stops what runs and keeps the task as interrupted: Ctrl-C. */
  'tasks.interrupt': operation(z.strictObject({ taskId: idSchema }), z.object({ taskId: z.string() })),
  'tasks.diff': operation(z.strictObject({ taskId: idSchema }), z.object({ diff: z.string() })),
  'approvals.list': operation(z.strictObject({ taskId: idSchema.optional(), all: z.boolean().default(false) }), z.array(approvalViewSchema)),
  'approvals.decide': operation(z.strictObject({ approvalId: idSchema, decision: decisionSchema, always: z.boolean().default(false) }), approvalViewSchema),
  'tools.list': operation(z.strictObject({}), z.array(toolInfoSchema)),
  'tools.run': operation(z.strictObject({ workspace: absolutePathSchema, call: toolCallSchema }), toolOutcomeSchema),
  'models.list': operation(z.strictObject({ probe: z.boolean().default(true) }), modelsViewSchema),
  doctor: operation(z.strictObject({ workspace: absolutePathSchema.optional() }), doctorReportSchema),
  status: operation(z.strictObject({}), statusViewSchema),
  'trust.get': operation(z.strictObject({ dir: absolutePathSchema }), z.object({ dir: z.string(), trusted: z.boolean() })),
  'trust.set': operation(z.strictObject({ dir: absolutePathSchema, trusted: z.boolean() }), z.object({ dir: z.string(), trusted: z.boolean() })),
  'terminal.open': operation(
    z.strictObject({ workspace: absolutePathSchema, cols: z.int().min(2).max(1000), rows: z.int().min(1).max(1000) }),
    z.object({ terminalId: z.string(), pty: z.boolean() }),
  ),
  'terminal.write': operation(z.strictObject({ terminalId: idSchema, data: z.string().max(65_536) }), z.object({})),
  'terminal.resize': operation(z.strictObject({ terminalId: idSchema, cols: z.int().min(2).max(1000), rows: z.int().min(1).max(1000) }), z.object({})),
  'terminal.close': operation(z.strictObject({ terminalId: idSchema }), z.object({})),
  /** What the surface opened with: its start folder and the provider keys its environment has (names, never values). */
  'client.hello': operation(z.strictObject({ keyNames: z.array(z.string()), version: z.string() }), z.object({ version: z.string(), workspace: z.string() })),
} as const

export type OperationName = keyof typeof OPERATIONS
export type OperationInput<Name extends OperationName> = z.input<(typeof OPERATIONS)[Name]['input']>
export type OperationParsedInput<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['input']>
export type OperationOutput<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['output']>

function stream<Input extends z.ZodType, Item extends z.ZodType>(input: Input, item: Item): { input: Input; item: Item } {
  return { input, item }
}

/** Every live tail. `tasks.follow` first sends what is stored after `after`, then what is stored next, without gap or repeat. */
export const STREAMS = {
  'tasks.follow': stream(z.strictObject({ taskId: idSchema, after: z.int().min(0).default(0) }), progressEventSchema),
  /** The whole list first, one item a task, then each task that changes. */
  'tasks.watch': stream(z.strictObject({}), taskSummarySchema),
  /** All pending approvals first, then each that is asked or decided. */
  'approvals.watch': stream(z.strictObject({}), approvalViewSchema),
  'status.watch': stream(z.strictObject({}), statusViewSchema),
  'terminal.output': stream(z.strictObject({ terminalId: idSchema }), z.object({ data: z.string(), exitCode: z.int().optional() })),
} as const

export type StreamName = keyof typeof STREAMS
export type StreamInput<Name extends StreamName> = z.input<(typeof STREAMS)[Name]['input']>
export type StreamParsedInput<Name extends StreamName> = z.output<(typeof STREAMS)[Name]['input']>
export type StreamItem<Name extends StreamName> = z.output<(typeof STREAMS)[Name]['item']>

/** The core as every surface sees it, in this process or at the other end of a channel. Errors are `RainyError`s. */
export interface RainyApi {
  call<Name extends OperationName>(name: Name, input: OperationInput<Name>, options?: { signal?: AbortSignal }): Promise<OperationOutput<Name>>
  /** Ends when `signal` aborts; throws when the connection is lost. */
  subscribe<Name extends StreamName>(name: Name, input: StreamInput<Name>, options?: { signal?: AbortSignal }): AsyncIterable<StreamItem<Name>>
}
