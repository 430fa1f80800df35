import type { Quirks, Refusal } from './format.ts'

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool']
const NAME = /^[a-zA-Z0-9_-]+$/
const NAME_LIMIT = 64
const CALL_ID_LIMIT = 40
const TOOLS_LIMIT = 128
const KNOWN = new Set([
  'model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'max_tokens',
  'max_completion_tokens', 'temperature', 'top_p', 'n', 'stop', 'seed', 'user', 'metadata', 'store', 'reasoning_effort', 'prompt_cache_key', 'service_tier',
])

type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string, param: string | null = null, code: string | null = null): Refusal {
  return { status: 400, message, type: 'invalid_request_error', param, code }
}

function isParsedObject(text: string): boolean {
  try {
    return isFields(JSON.parse(text))
  } catch {
    return false
  }
}

/** Content is text or parts, and never empty: what one real server lets pass another refuses, so none may be sent. */
function contentFault(content: unknown, at: string): Refusal | undefined {
  if (typeof content === 'string') {
    return content.trim() === '' ? invalid(`Invalid '${at}': content must not be empty.`, at, 'invalid_value') : undefined
  }
  if (Array.isArray(content)) {
    if (content.length === 0) return invalid(`Invalid '${at}': empty array. Expected an array with minimum length 1, but got an empty array instead.`, at, 'empty_array')
    const bad = content.findIndex((part) => !isFields(part) || typeof part['type'] !== 'string')
    return bad < 0 ? undefined : invalid(`Invalid type for '${at}[${bad}]': expected an object with a type.`, `${at}[${bad}]`, 'invalid_type')
  }
  return invalid(`Invalid value for 'content': expected a string, got ${content === null || content === undefined ? 'null' : typeof content}.`, at)
}

function toolCallFault(call: unknown, at: string): Refusal | undefined {
  if (!isFields(call) || !isFields(call['function'])) return invalid(`Invalid type for '${at}': expected a tool call.`, at, 'invalid_type')
  const { name, arguments: args } = call['function']
  if (call['type'] !== 'function') return invalid(`Invalid value: '${String(call['type'])}'. Supported values are: 'function'.`, `${at}.type`, 'invalid_value')
  if (typeof call['id'] !== 'string' || call['id'] === '') return invalid(`Missing required parameter: '${at}.id'.`, `${at}.id`, 'missing_required_parameter')
  if (call['id'].length > CALL_ID_LIMIT) {
    return invalid(
      `Invalid '${at}.id': string too long. Expected a string with maximum length ${CALL_ID_LIMIT}, but got a string with length ${call['id'].length} instead.`,
      `${at}.id`,
      'string_above_max_length',
    )
  }
  if (typeof name !== 'string' || !NAME.test(name) || name.length > NAME_LIMIT) {
    return invalid(`Invalid '${at}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`, `${at}.function.name`, 'invalid_value')
  }
  if (typeof args !== 'string') return invalid(`Invalid type for '${at}.function.arguments': expected a string.`, `${at}.function.arguments`, 'invalid_type')
  // OpenAI itself lets any text pass; vLLM, llama.cpp and Ollama parse it and answer an error.
  if (!isParsedObject(args)) return invalid(`Invalid '${at}.function.arguments': failed to parse tool call arguments as a JSON object.`, `${at}.function.arguments`)
  return undefined
}

function unanswered(ids: ReadonlySet<string>, index: number): Refusal {
  return invalid(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...ids].join(', ')}`,
    `messages.[${index}].role`,
  )
}

function messagesFault(messages: unknown): Refusal | undefined {
  if (!Array.isArray(messages)) return invalid("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
  if (messages.length === 0) return invalid("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", 'messages', 'empty_array')
  let waiting = new Set<string>()
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`
    if (!isFields(message)) return invalid(`Invalid type for '${at}': expected an object.`, at, 'invalid_type')
    const role = message['role']
    if (typeof role !== 'string' || !ROLES.includes(role)) {
      return invalid(`Invalid value: '${String(role)}'. Supported values are: ${ROLES.map((known) => `'${known}'`).join(', ')}.`, `${at}.role`, 'invalid_value')
    }
    if (role === 'tool') {
      const id = message['tool_call_id']
      if (typeof id !== 'string' || !waiting.delete(id)) {
        return invalid("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", `messages.[${index}].role`)
      }
    } else if (waiting.size > 0) {
      return unanswered(waiting, index)
    }
    if (role === 'assistant' && message['tool_calls'] !== undefined) {
      const calls = message['tool_calls']
      if (!Array.isArray(calls)) return invalid(`Invalid type for '${at}.tool_calls': expected an array.`, `${at}.tool_calls`, 'invalid_type')
      if (calls.length === 0) return invalid(`Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`, `${at}.tool_calls`, 'empty_array')
      for (const [place, call] of calls.entries()) {
        const fault = toolCallFault(call, `${at}.tool_calls[${place}]`)
        if (fault) return fault
      }
      const ids = calls.map((call: { id: string }) => call.id)
      waiting = new Set(ids)
      if (waiting.size < ids.length) return invalid(`Duplicate value for 'tool_call_id' of '${ids.find((id, place) => ids.indexOf(id) !== place)}' in message[${index}]`, `${at}.tool_calls`)
      if (message['content'] === null || message['content'] === undefined) continue
    }
    const fault = contentFault(message['content'], `messages.[${index}].content`)
    if (fault) return fault
  }
  return waiting.size > 0 ? unanswered(waiting, messages.length) : undefined
}

/** What strict mode demands of a schema, at every depth. */
function strictFault(schema: unknown, path: string[]): string | undefined {
  if (!isFields(schema)) return undefined
  const properties = schema['properties']
  if (isFields(properties)) {
    const required = Array.isArray(schema['required']) ? schema['required'] : []
    const missing = Object.keys(properties).find((key) => !required.includes(key))
    const context = `In context=(${path.map((part) => `'${part}'`).join(', ')})`
    if (missing !== undefined) return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`
    if (schema['additionalProperties'] !== false) return `${context}, 'additionalProperties' is required to be supplied and to be false.`
    for (const [key, property] of Object.entries(properties)) {
      const fault = strictFault(property, [...path, 'properties', key])
      if (fault) return fault
    }
  }
  return strictFault(schema['items'], [...path, 'items'])
}

function schemaFault(name: string, parameters: unknown, strict: boolean, at: string): Refusal | undefined {
  if (parameters === undefined) return undefined
  const bad = (why: string): Refusal => invalid(`Invalid schema for function '${name}': ${why}`, `${at}.function.parameters`, 'invalid_function_parameters')
  if (!isFields(parameters)) return bad(`${JSON.stringify(parameters)} is not of type 'object', 'boolean'.`)
  if (parameters['type'] !== 'object') return bad(`schema must be a JSON Schema of 'type: "object"', got 'type: "${String(parameters['type'] ?? 'None')}"'.`)
  if (!isFields(parameters['properties'])) return bad('In context=(), object schema missing properties.')
  const why = strict ? strictFault(parameters, []) : undefined
  return why ? bad(why) : undefined
}

function toolsFault(body: Fields): Refusal | undefined {
  const tools = body['tools']
  if (tools === undefined) {
    const orphan = ['parallel_tool_calls', 'tool_choice'].find((name) => body[name] !== undefined)
    return orphan ? invalid(`Invalid value for '${orphan}': '${orphan}' is only allowed when 'tools' are specified.`, orphan) : undefined
  }
  if (!Array.isArray(tools)) return invalid("Invalid type for 'tools': expected an array of objects.", 'tools', 'invalid_type')
  if (tools.length === 0) return invalid("Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.", 'tools', 'empty_array')
  if (tools.length > TOOLS_LIMIT) return invalid(`Invalid 'tools': array too long. Expected an array with maximum length ${TOOLS_LIMIT}, but got an array with length ${tools.length} instead.`, 'tools', 'array_above_max_length')
  const names = new Set<string>()
  for (const [index, tool] of tools.entries()) {
    const at = `tools[${index}]`
    const definition: unknown = isFields(tool) ? tool['function'] : undefined
    if (!isFields(tool) || tool['type'] !== 'function' || !isFields(definition)) return invalid(`Missing required parameter: '${at}.function'.`, `${at}.function`, 'missing_required_parameter')
    const name = definition['name']
    if (typeof name !== 'string' || !NAME.test(name) || name.length > NAME_LIMIT) {
      return invalid(`Invalid '${at}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`, `${at}.function.name`, 'invalid_value')
    }
    if (names.has(name)) return invalid(`Invalid '${at}.function.name': duplicate function name '${name}'.`, `${at}.function.name`, 'invalid_value')
    names.add(name)
    const fault = schemaFault(name, definition['parameters'], definition['strict'] === true, at)
    if (fault) return fault
  }
  return undefined
}

function optionsFault(body: Fields): Refusal | undefined {
  if (body['stream_options'] !== undefined && body['stream'] !== true) {
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options')
  }
  const format = body['response_format']
  if (isFields(format) && format['type'] === 'json_object' && !/json/i.test(JSON.stringify(body['messages']))) {
    return invalid("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", 'messages')
  }
  for (const name of ['max_tokens', 'max_completion_tokens']) {
    const value = body[name]
    if (value !== undefined && (!Number.isInteger(value) || Number(value) < 1)) return invalid(`Invalid '${name}': integer below minimum value. Expected a value >= 1.`, name, 'integer_below_min_value')
  }
  return undefined
}

/** The first reason for which the real server (or one of those that speak its format) would refuse this body. */
export function refusalOf(body: unknown, quirks: Quirks): Refusal | undefined {
  if (!isFields(body)) return invalid('We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload.)')
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name) || quirks.refuses?.includes(name))
  if (unknown !== undefined) return invalid(`Unrecognized request argument supplied: ${unknown}`, unknown)
  if (typeof body['model'] !== 'string' || body['model'] === '') return invalid('you must provide a model parameter')
  return messagesFault(body['messages']) ?? toolsFault(body) ?? optionsFault(body)
}
