import type OpenAI from 'openai'
import type { JsonObject } from '../../../../shared/json.ts'
import type { ModelMessage, ModelTool } from '../../../../shared/model.ts'
import { repairConversation } from '../conversation.ts'
import type { ModelRequest } from '../types.ts'
import { wireArguments } from './chat-format.ts'
import type { ToolNames } from './tool-names.ts'

type Body = OpenAI.ChatCompletionCreateParamsStreaming
type Message = OpenAI.ChatCompletionMessageParam
type Tool = OpenAI.ChatCompletionTool

/** Parameters that some servers do not know; what was refused once is left out from then on. */
export const OPTIONAL_PARAMETERS = ['stream_options', 'parallel_tool_calls', 'response_format', 'max_completion_tokens', 'max_tokens'] as const
export type OptionalParameter = (typeof OPTIONAL_PARAMETERS)[number]

const JSON_HINT = 'Answer with one JSON value and nothing else.'

function toMessage(message: ModelMessage, names: ToolNames): Message {
  if (message.role === 'user') return { role: 'user', content: message.text.toWellFormed() }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content.toWellFormed() }
  const content = message.text.trim() === '' ? null : message.text.toWellFormed()
  if (message.toolCalls.length === 0) return { role: 'assistant', content }
  return {
    role: 'assistant',
    content,
    tool_calls: message.toolCalls.map((call) => ({ id: call.id, type: 'function', function: { name: names.toWire(call.name), arguments: wireArguments(call) } })),
  }
}

/** Not `strict`: OpenAI takes that only for schemas without optional fields. */
function toTool({ name, description, inputSchema }: ModelTool, names: ToolNames): Tool {
  const { $schema: _, ...schema } = inputSchema
  const parameters: JsonObject = { ...schema, type: 'object', properties: schema['properties'] ?? {} }
  return { type: 'function', function: { name: names.toWire(name), description, parameters } }
}

/** The request in the chat format. It is one that the strictest server takes, whatever the conversation. */
export function toChatRequest(model: string, request: ModelRequest, names: ToolNames, without: ReadonlySet<OptionalParameter>): Body {
  const tools = [...new Map(request.tools.map((tool) => [tool.name, tool])).values()].map((tool) => toTool(tool, names))
  // Groq refuses JSON mode together with tools; there the prompt has to do.
  const json = request.json && tools.length === 0 && !without.has('response_format')
  const messages = repairConversation(request.messages).map((message) => toMessage(message, names))
  const hint = json && !/json/i.test(request.system) ? JSON_HINT : ''
  const system = [request.system, hint].filter((text) => text.trim() !== '').join('\n\n')
  const limit = request.maxOutputTokens
  return {
    model,
    messages: system === '' ? messages : [{ role: 'system', content: system.toWellFormed() }, ...messages],
    stream: true,
    ...(without.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(tools.length > 0 ? { tools } : {}),
    ...(tools.length > 0 && !without.has('parallel_tool_calls') ? { parallel_tool_calls: true } : {}),
    ...(json ? { response_format: { type: 'json_object' } } : {}),
    ...(limit === undefined ? {} : limitParameter(limit, without)),
  }
}

/** OpenAI's newer models refuse the old name, some local servers do not know the new one. */
function limitParameter(limit: number, without: ReadonlySet<OptionalParameter>): Partial<Body> {
  if (!without.has('max_completion_tokens')) return { max_completion_tokens: limit }
  return without.has('max_tokens') ? {} : { max_tokens: limit }
}
