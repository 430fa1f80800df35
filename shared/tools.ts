import { z } from 'zod'
import { errorBodySchema } from './errors.ts'
import { jsonObjectSchema, jsonValueSchema } from './json.ts'

export const toolCategorySchema = z.enum(['read', 'write', 'execute', 'git', 'analysis'])
export type ToolCategory = z.infer<typeof toolCategorySchema>

export const toolEffectSchema = z.enum(['none', 'file', 'commit', 'repeatable', 'external'])
/** What a call may leave behind; it decides how the journal treats a call whose end was not seen. */
export type ToolEffect = z.infer<typeof toolEffectSchema>

export const toolInfoSchema = z.object({
  name: z.string(),
  description: z.string(),
  category: toolCategorySchema,
  executor: z.enum(['main', 'worker', 'hybrid']),
  effect: toolEffectSchema,
  parallel: z.boolean(),
  retryable: z.boolean(),
  timeoutMs: z.int(),
  /** JSON Schema of the arguments and of the result. */
  inputSchema: jsonObjectSchema,
  outputSchema: jsonObjectSchema,
})
export type ToolInfo = z.infer<typeof toolInfoSchema>

/** `args` is what came in: unvalidated. */
export const toolCallSchema = z.object({ tool: z.string(), args: jsonValueSchema })
export type ToolCall = z.infer<typeof toolCallSchema>

export const toolOutcomeSchema = z.union([z.object({ result: jsonValueSchema }), z.object({ error: errorBodySchema })])
export type ToolOutcome = z.infer<typeof toolOutcomeSchema>

/** What the policy looks at, and what an approval shows and binds. */
export interface CallSubject {
  tool: string
  category: ToolCategory
  effect: ToolEffect
  /** Workspace-relative paths it would write. */
  writes: string[]
  /** The command line, for `run_command`; for `run_tests` what it would run. */
  command?: string
  cwd?: string
  /** Exactly what will run or change: the command line, or a unified diff. */
  preview: string
  /** SHA-256 over tool, arguments, workspace, and what they come to: the paths written, the command line and its folder. */
  hash: string
}
