import { createHash } from 'node:crypto'
import type { ModelMessage } from '../../../shared/model.ts'
import type { JsonValue } from '../../../shared/json.ts'
import { agentOf, type ScriptAnswer, type ScriptRequest, type ScriptToolCall } from '../script.ts'
import type { Quirks, WireFormat } from './format.ts'
import { isFields, refusalOf } from './openai-validate.ts'

/** Characters of text, and of arguments, that one streamed chunk holds. */
const PIECE = 24
const CHARS_PER_TOKEN = 4

interface WireMessage {
  role: string
  content?: string | null | Array<{ type: string; text?: string }>
  tool_calls?: Array<{ id: string; function: { name: string; arguments: string } }>
  tool_call_id?: string
}

interface WireBody {
  model: string
  messages: WireMessage[]
  tools?: Array<{ function: { name: string } }>
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  response_format?: { type: string }
}

function textOf(message: WireMessage): string {
  if (Array.isArray(message.content)) return message.content.map((part) => part.text ?? '').join('')
  return message.content ?? ''
}

function toNeutral(messages: WireMessage[]): ModelMessage[] {
  const names = new Map<string, string>()
  return messages
    .filter(({ role }) => role !== 'system' && role !== 'developer')
    .map((message): ModelMessage => {
      if (message.role === 'user') return { role: 'user', text: textOf(message) }
      if (message.role === 'tool') {
        const toolCallId = message.tool_call_id ?? ''
        return { role: 'tool', toolCallId, name: names.get(toolCallId) ?? '', content: textOf(message), isError: false }
      }
      const toolCalls = (message.tool_calls ?? []).map((call) => {
        names.set(call.id, call.function.name)
        return { id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) as JsonValue }
      })
      return { role: 'assistant', text: textOf(message), toolCalls }
    })
}

function usageOf(answer: ScriptAnswer, request: ScriptRequest): { prompt_tokens: number; completion_tokens: number; total_tokens: number } | undefined {
  if (answer.usage === null) return undefined
  const size = (value: unknown): number => Math.ceil(JSON.stringify(value).length / CHARS_PER_TOKEN)
  const input = answer.usage?.inputTokens ?? size([request.system, request.messages])
  const output = answer.usage?.outputTokens ?? size([answer.text, answer.toolCalls])
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

/** The same conversation gets the same ids again, and no two calls of a conversation share one. */
function callId(call: ScriptToolCall, index: number, request: ScriptRequest): string {
  if (call.id !== undefined) return call.id
  const place = createHash('sha256').update(`${request.agent}\0${request.messages.length}\0${JSON.stringify(request.messages.at(-1) ?? null)}\0${index}`)
  return `call_${place.digest('hex').slice(0, 20)}`
}

function wireCalls(answer: ScriptAnswer, request: ScriptRequest, quirks: Quirks): Array<{ id?: string; type: 'function'; function: { name: string; arguments: string } }> {
  return (answer.toolCalls ?? []).map((call, index) => ({
    ...(quirks.noCallIds ? {} : { id: callId(call, index, request) }),
    type: 'function',
    function: { name: call.name, arguments: call.rawArgs ?? JSON.stringify(call.args) },
  }))
}

function finishOf(answer: ScriptAnswer, quirks: Quirks): string {
  return answer.finish ?? (answer.toolCalls?.length && !quirks.plainToolCalls ? 'tool_calls' : 'stop')
}

function pieces(text: string): string[] {
  const letters = [...text]
  return Array.from({ length: Math.ceil(letters.length / PIECE) }, (_, index) => letters.slice(index * PIECE, (index + 1) * PIECE).join(''))
}

export const openaiFormat: WireFormat = {
  name: 'openai',
  route(method, path) {
    if (method === 'POST' && path.endsWith('/chat/completions')) return 'infer'
    return method === 'GET' && path.endsWith('/models') ? 'models' : undefined
  },
  keyOf: (headers) => /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1],
  parse(body, _path, quirks) {
    const refusal = refusalOf(body, quirks)
    if (refusal) return { ok: false, refusal }
    // The validator has looked at all that is read here.
    const wire = body as unknown as WireBody
    const system = wire.messages.filter(({ role }) => role === 'system' || role === 'developer').map(textOf).join('\n')
    return {
      ok: true,
      request: {
        model: wire.model,
        system,
        agent: agentOf(system),
        messages: toNeutral(wire.messages),
        tools: (wire.tools ?? []).map((tool) => tool.function.name),
        json: wire.response_format?.type === 'json_object',
        stream: wire.stream === true && !quirks.ignoresStream,
      },
    }
  },
  errorBody: ({ message, type = 'server_error', code = null, param = null }) => JSON.stringify({ error: { message, type, param, code } }),
  body(answer, request, id, quirks) {
    const calls = wireCalls(answer, request, quirks)
    const usage = quirks.noUsage ? undefined : usageOf(answer, request)
    const message = { role: 'assistant', content: answer.text ?? null, refusal: null, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
    return JSON.stringify({
      id,
      object: 'chat.completion',
      created: 0,
      model: request.model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer, quirks) }],
      ...(usage ? { usage } : {}),
    })
  },
  chunks(answer, request, id, body, quirks) {
    const frame = (payload: object): string => `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: 0, model: request.model, ...payload })}\n\n`
    const delta = (content: object, finish: string | null = null): string => frame({ choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish }] })
    const frames = [delta({ role: 'assistant', content: answer.toolCalls?.length ? null : '' })]
    for (const piece of pieces(answer.text ?? '')) frames.push(delta({ content: piece }))
    for (const [index, call] of wireCalls(answer, request, quirks).entries()) {
      if (quirks.plainToolCalls) {
        frames.push(delta({ tool_calls: [{ index, ...call }] }))
        continue
      }
      frames.push(delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] }))
      for (const piece of pieces(call.function.arguments)) frames.push(delta({ tool_calls: [{ index, function: { arguments: piece } }] }))
    }
    frames.push(delta({}, finishOf(answer, quirks)))
    const usage = usageOf(answer, request)
    const asked = isFields(body) && isFields(body['stream_options']) && body['stream_options']['include_usage'] === true
    if (asked && usage && !quirks.noUsage) frames.push(frame({ choices: [], usage }))
    return [...frames, 'data: [DONE]\n\n']
  },
  models: (names) => JSON.stringify({ object: 'list', data: names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'stand-in' })) }),
}
