import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { jsonObjectSchema, jsonValueSchema } from './json.ts'
import { roleSchema } from './tasks.ts'

/** A tool call as a model asked for it. `args` is null and `rawArgs` set where the model's JSON could not be parsed. */
export const modelToolCallSchema = z.object({
  id: z.string(),
  name: z.string(),
  args: jsonValueSchema,
  rawArgs: z.string().optional(),
})
export type ModelToolCall = z.infer<typeof modelToolCallSchema>

/** One message of a conversation, in no provider's own format. */
export const modelMessageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), text: z.string() }),
  z.object({
    role: z.literal('assistant'),
    text: z.string(),
    toolCalls: z.array(modelToolCallSchema),
    /** What a provider wants back verbatim (signed thinking, for one), by provider. */
    raw: z.record(z.string(), jsonValueSchema).optional(),
  }),
  z.object({ role: z.literal('tool'), toolCallId: z.string(), name: z.string(), content: z.string(), isError: z.boolean() }),
])
export type ModelMessage = z.infer<typeof modelMessageSchema>
export type AssistantMessage = Extract<ModelMessage, { role: 'assistant' }>

export const modelUsageSchema = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  cachedInputTokens: z.int().default(0),
})
export type ModelUsage = z.infer<typeof modelUsageSchema>

/**
 * One inference as the worker asks for it. A conversation grows only at its end, so just what was added since the last
 * request of the same conversation travels: `append` follows the first `base` messages, which the host holds. A host that
 * does not hold them answers `resend` and gets the whole with `base: 0`.
 */
export const inferRequestSchema = z.object({
  conversation: z.string(),
  agent: z.string(),
  role: roleSchema,
  system: z.string(),
  tools: z.array(z.string()),
  base: z.int().min(0),
  append: z.array(modelMessageSchema),
  /** JSON mode: the answer must be one JSON value. */
  json: z.boolean().default(false),
  maxOutputTokens: z.int().min(1).optional(),
})
export type InferRequest = z.infer<typeof inferRequestSchema>

export const modelAnswerSchema = z.object({
  message: z.object({ role: z.literal('assistant'), text: z.string(), toolCalls: z.array(modelToolCallSchema), raw: z.record(z.string(), jsonValueSchema).optional() }),
  stop: z.enum(['stop', 'tool_calls', 'length', 'refusal']),
  /** `provider/model` that answered. */
  model: z.string(),
  usage: modelUsageSchema,
})
export type ModelAnswer = z.infer<typeof modelAnswerSchema>

/** Why a step stopped without an end. The workflow waits and goes on in a step with a new id. */
export const suspensionSchema = z.discriminatedUnion('on', [
  z.object({ on: z.literal('until'), at: z.number(), reason: z.string() }),
  z.object({ on: z.literal('approval'), approvalIds: z.array(z.string()) }),
  z.object({ on: z.literal('in-doubt'), approvalIds: z.array(z.string()) }),
  z.object({ on: z.literal('trust'), approvalIds: z.array(z.string()) }),
  z.object({ on: z.literal('budget') }),
  z.object({ on: z.literal('disk') }),
  z.object({ on: z.literal('turn-limit') }),
  z.object({ on: z.literal('time-limit') }),
])
export type Suspension = z.infer<typeof suspensionSchema>

/** What an `infer` step stores. `steering`: messages of the user that arrived meanwhile; they stand before the answer. */
export const inferResultSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), steering: z.array(z.string()), answer: modelAnswerSchema }),
  z.object({ state: z.literal('failed'), error: errorBodySchema }),
  z.object({ state: z.literal('suspend'), suspension: suspensionSchema }),
])
export type InferResult = z.infer<typeof inferResultSchema>

/** The whole batch of one answer. `content` is what the model is shown of each call, bounded, in the order of the calls. */
export const toolBatchRequestSchema = z.object({
  /** The step id of the infer step whose answer asked for the calls: with the index it is the journal's key. */
  inferStepId: z.string(),
  agent: z.string(),
  /** The names that the agent may use; a call of another is an error result. */
  allowed: z.array(z.string()),
  calls: z.array(modelToolCallSchema),
})
export type ToolBatchRequest = z.infer<typeof toolBatchRequestSchema>

export const toolBatchResultSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    results: z.array(
      z.object({
        callId: z.string(),
        name: z.string(),
        isError: z.boolean(),
        content: z.string(),
        /** The result or error as data, where the workflow has a use for it (run_tests, get_diagnostics); else absent. */
        data: jsonValueSchema.optional(),
      }),
    ),
    filesModified: z.array(z.string()),
  }),
  z.object({ state: z.literal('suspend'), suspension: suspensionSchema }),
])
export type ToolBatchResult = z.infer<typeof toolBatchResultSchema>

/** A tool as a model is told of it. */
export const modelToolSchema = z.object({ name: z.string(), description: z.string(), inputSchema: jsonObjectSchema })
export type ModelTool = z.infer<typeof modelToolSchema>
