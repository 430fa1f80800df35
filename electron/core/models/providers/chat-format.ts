import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import { jsonValueSchema, type JsonObject } from '../../../../shared/json.ts'
import type { ModelAnswer, ModelToolCall, ModelUsage } from '../../../../shared/model.ts'

/** The chat completions format of OpenAI, as far as it is read here: https://platform.openai.com/docs/api-reference/chat. */
const callSchema = z.object({
  index: z.int().min(0).nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.union([z.string(), z.record(z.string(), jsonValueSchema)]).nullish() }).nullish(),
})
const deltaSchema = z.object({ content: z.string().nullish(), refusal: z.string().nullish(), tool_calls: z.array(callSchema).nullish() })
const choiceSchema = z.object({ delta: deltaSchema.nullish(), message: deltaSchema.nullish(), finish_reason: z.string().nullish() })
const usageSchema = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
})
/** A streamed chunk, or a whole answer: a chunk's `delta` is a `message` there. */
const chunkSchema = z.object({ choices: z.array(choiceSchema).nullish(), usage: usageSchema.nullish() })

export interface ChatAnswer {
  message: ModelAnswer['message']
  stop: ModelAnswer['stop']
  /** Undefined where the server counted nothing. */
  usage: ModelUsage | undefined
}

export interface ChatReader {
  /** Takes a chunk as it came. Throws PROVIDER_BAD_RESPONSE. */
  read(chunk: unknown): void
  /** Throws STREAM_TRUNCATED where the answer has no end, PROVIDER_BAD_RESPONSE where there is no answer. */
  end(): ChatAnswer
}

interface OpenCall {
  id: string
  name: string
  args: string
}

/** Puts a streamed answer together; `nameOf` gives a tool the name that we know it by. */
export function createChatReader(onText: (text: string) => void, nameOf: (wireName: string) => string): ChatReader {
  let text = ''
  let refused = false
  let finish: string | undefined
  let usage: ModelUsage | undefined
  let chunks = 0
  const calls = new Map<number, OpenCall>()
  const order: OpenCall[] = []
  let lastIndex = -1

  /** Some servers give no index, or 0 for all: there another id (without an index, a name) begins a new call. */
  function callAt(index: number | null | undefined, id: string | null | undefined, name: string | null | undefined): OpenCall {
    const wireIndex = index ?? (id || name ? -1 : lastIndex)
    lastIndex = wireIndex
    const there = calls.get(wireIndex)
    const isNew = !there || (id ? there.id !== '' && there.id !== id : index === null || index === undefined ? Boolean(name) : false)
    if (!isNew) return there
    const call = { id: '', name: '', args: '' }
    calls.set(wireIndex, call)
    order.push(call)
    return call
  }

  return {
    read(chunk) {
      const parsed = chunkSchema.safeParse(chunk)
      if (!parsed.success) throw new RainyError('PROVIDER_BAD_RESPONSE', `The provider sent a piece of an answer that is not in the chat format: ${z.prettifyError(parsed.error)}`)
      if (parsed.data.usage) usage = toUsage(parsed.data.usage)
      const choice = parsed.data.choices?.[0]
      if (!choice) return
      chunks += 1
      const delta = choice.delta ?? choice.message
      const said = `${delta?.content ?? ''}${delta?.refusal ?? ''}`
      if (delta?.refusal) refused = true
      if (said !== '') {
        text += said
        onText(said)
      }
      for (const piece of delta?.tool_calls ?? []) {
        const call = callAt(piece.index, piece.id, piece.function?.name)
        if (piece.id) call.id = piece.id
        if (piece.function?.name) call.name = piece.function.name
        const args = piece.function?.arguments ?? ''
        call.args += typeof args === 'string' ? args : JSON.stringify(args)
      }
      if (choice.finish_reason) finish = choice.finish_reason
    },
    end() {
      if (chunks === 0) throw new RainyError('PROVIDER_BAD_RESPONSE', 'The provider ended its response without an answer in it.')
      if (finish === undefined) throw new RainyError('STREAM_TRUNCATED', 'The provider broke its answer off before the end.')
      const toolCalls = order.map((call) => toToolCall(call, nameOf))
      return { message: { role: 'assistant', text, toolCalls }, stop: stopOf(finish, toolCalls.length > 0, refused), usage }
    },
  }
}

function toUsage(usage: z.infer<typeof usageSchema>): ModelUsage {
  return { inputTokens: Math.round(usage.prompt_tokens), outputTokens: Math.round(usage.completion_tokens), cachedInputTokens: Math.round(usage.prompt_tokens_details?.cached_tokens ?? 0) }
}

/** `length` stays what it is even with calls in the answer: the last of them may be cut off. */
function stopOf(finish: string, hasCalls: boolean, refused: boolean): ModelAnswer['stop'] {
  if (finish === 'length') return 'length'
  if (finish === 'content_filter' || refused) return 'refusal'
  return hasCalls ? 'tool_calls' : 'stop'
}

function toToolCall(call: OpenCall, nameOf: (wireName: string) => string): ModelToolCall {
  const known = { id: call.id, name: nameOf(call.name) }
  if (call.args.trim() === '') return { ...known, args: {} }
  try {
    return { ...known, args: jsonValueSchema.parse(JSON.parse(call.args)) }
  } catch {
    return { ...known, args: null, rawArgs: call.args }
  }
}

/** How a call goes back to a model: arguments as text that is always a JSON object, as some servers parse them. */
export function wireArguments(call: ModelToolCall): string {
  const isObject = typeof call.args === 'object' && call.args !== null && !Array.isArray(call.args)
  const args: JsonObject = isObject ? (call.args as JsonObject) : { unparsed: call.rawArgs ?? JSON.stringify(call.args) }
  return JSON.stringify(args).toWellFormed()
}
