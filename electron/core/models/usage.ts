import type { ModelAnswer, ModelUsage } from '../../../shared/model.ts'
import type { ModelRequest } from './types.ts'

/** What English and code come to, roughly; only used where a server counts nothing. */
const CHARS_PER_TOKEN = 4

/** Tokens of a request and its answer, by their sizes. */
export function estimateUsage(request: ModelRequest, message: ModelAnswer['message']): ModelUsage {
  const size = (value: unknown): number => Math.ceil(JSON.stringify(value).length / CHARS_PER_TOKEN)
  return { inputTokens: size([request.system, request.messages, request.tools]), outputTokens: size([message.text, message.toolCalls]), cachedInputTokens: 0 }
}
