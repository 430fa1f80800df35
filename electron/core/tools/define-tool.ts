import { z } from 'zod'
import { jsonObjectSchema } from '../../../shared/json.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import type { AnyTool, FileToolDefinition, ToolDefinition } from './types.ts'

/** Says what a tool is, in one place for agents, HTTP, the command line and the window alike. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodType>(definition: ToolDefinition<Input, Output>): ToolDefinition<Input, Output> {
  if (definition.effect === 'commit' && !definition.journal) throw new Error(`${definition.name}: effect "commit" needs journal hooks`)
  return definition
}

/** A tool that changes one file: it plans, the executor journals and writes. */
export function defineFileTool<Input extends z.ZodObject, Output extends z.ZodType>(
  definition: Omit<FileToolDefinition<Input, Output>, 'effect' | 'executor'>,
): FileToolDefinition<Input, Output> {
  return { ...definition, effect: 'file', executor: 'main' }
}

/** A tool as others are told of it, with JSON Schemas in place of zod's. */
export function toolInfo(tool: AnyTool): ToolInfo {
  return {
    name: tool.name,
    description: tool.description,
    category: tool.category,
    executor: tool.executor,
    effect: tool.effect,
    parallel: tool.parallel,
    retryable: tool.retryable,
    timeoutMs: tool.timeoutMs,
    inputSchema: jsonSchema(tool.input, 'input'),
    outputSchema: jsonSchema(tool.output, 'output'),
  }
}

/** Without `$schema`: it is 60 bytes in each tool of each model request and says nothing. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): ToolInfo['inputSchema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return jsonObjectSchema.parse(rest)
}
