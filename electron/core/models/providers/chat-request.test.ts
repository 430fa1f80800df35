import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelMessage, ModelTool } from '../../../../shared/model.ts'
import { refusalOf } from '../../../../tests/model-server/formats/openai-validate.ts'
import { callIdsOf, repairConversation, uniqueCallIds } from '../conversation.ts'
import type { ModelRequest } from '../types.ts'
import { toChatRequest, type OptionalParameter } from './chat-request.ts'
import { createToolNames } from './tool-names.ts'

const text = fc.oneof(fc.constantFrom('', ' ', '\n\t', 'words', '\ud800', '\0', '{"a":1}', 'Phase: plan'), fc.string({ unit: 'binary', maxLength: 12 }))
const id = fc.oneof(fc.constantFrom('', 'a', 'b', 'c', 'call_1_0', 'x'.repeat(60), 'ä b'), fc.string({ maxLength: 4 }))
const toolName = fc.oneof(fc.constantFrom('read_file', 'client/open file', '', 'x'.repeat(90), 'ä', 'read.file', 'read/file'), fc.string({ maxLength: 6 }))
const call = fc.oneof(
  fc.record({ id, name: toolName, args: fc.jsonValue() as fc.Arbitrary<never> }),
  fc.record({ id, name: toolName, args: fc.constant(null), rawArgs: text }),
)
const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc.record({ role: fc.constant('user' as const), text }),
  fc.record({ role: fc.constant('assistant' as const), text, toolCalls: fc.array(call, { maxLength: 4 }) }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: id, name: toolName, content: text, isError: fc.boolean() }),
)
const schema = fc.oneof(
  fc.constantFrom({}, { type: 'object' }, { $schema: 'x', type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a'], additionalProperties: false }),
) as fc.Arbitrary<ModelTool['inputSchema']>
const request: fc.Arbitrary<ModelRequest> = fc.record(
  {
    system: text,
    messages: fc.array(message, { maxLength: 12 }),
    tools: fc.array(fc.record({ name: toolName, description: text, inputSchema: schema }), { maxLength: 5 }),
    json: fc.boolean(),
    agent: fc.constant('coder'),
    maxOutputTokens: fc.integer({ min: 1, max: 9999 }),
  },
  { requiredKeys: ['system', 'messages', 'tools', 'json', 'agent'] },
)
const without = fc.subarray<OptionalParameter>(['stream_options', 'parallel_tool_calls', 'response_format', 'max_completion_tokens', 'max_tokens']).map((names) => new Set(names))

describe('a request', () => {
  test('is one that the strictest server takes, whatever the conversation', () => {
    fc.assert(
      fc.property(request, without, (value, left) => {
        const body: unknown = JSON.parse(JSON.stringify(toChatRequest('m', value, createToolNames(value.tools.map(({ name }) => name)), left)))
        expect(refusalOf(body, { refuses: [...left] })).toBeUndefined()
        expect(JSON.stringify(body).isWellFormed()).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('is the longer one’s beginning, so that providers can cache it', () => {
    const turn = (at: number): ModelMessage[] => [
      { role: 'assistant', text: '', toolCalls: [{ id: `c${at}`, name: 'f', args: { at } }] },
      { role: 'tool', toolCallId: `c${at}`, name: 'f', content: 'ok', isError: false },
    ]
    const base: ModelRequest = { system: 's', messages: [{ role: 'user', text: 'go' }, ...turn(1)], tools: [], json: false, agent: 'coder' }
    const body = (value: ModelRequest): string[] => toChatRequest('m', value, createToolNames([]), new Set()).messages.map((one) => JSON.stringify(one))
    const shorter = body(base)
    expect(body({ ...base, messages: [...base.messages, ...turn(2)] }).slice(0, shorter.length)).toEqual(shorter)
  })

  test('asks for JSON in words too, and not together with tools', () => {
    const base: ModelRequest = { system: 's', messages: [{ role: 'user', text: 'go' }], tools: [], json: true, agent: 'coder' }
    const body = toChatRequest('m', base, createToolNames([]), new Set())
    expect(body).toMatchObject({ response_format: { type: 'json_object' }, messages: [{ content: expect.stringContaining('JSON') }, {}] })
    const tool = { name: 'f', description: '', inputSchema: {} }
    expect(toChatRequest('m', { ...base, tools: [tool] }, createToolNames(['f']), new Set())).not.toHaveProperty('response_format')
  })
})

describe('a repaired conversation', () => {
  test('stays as it is when nothing is wrong with it', () => {
    const messages: ModelMessage[] = [
      { role: 'user', text: 'go' },
      { role: 'assistant', text: 'I look.', toolCalls: [{ id: 'a', name: 'f', args: {} }, { id: 'b', name: 'f', args: {} }] },
      { role: 'tool', toolCallId: 'a', name: 'f', content: '1', isError: false },
      { role: 'tool', toolCallId: 'b', name: 'f', content: '2', isError: true },
    ]
    expect(repairConversation(messages)).toEqual(messages)
  })

  test('loses no word of the user’s and no result', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
        const whole = JSON.stringify(repairConversation(messages))
        const said = messages.map((one) => (one.role === 'user' ? one.text : one.role === 'tool' ? one.content : '')).filter((words) => words.trim() !== '')
        expect(said.filter((words) => !whole.includes(JSON.stringify(words).slice(1, -1)))).toEqual([])
      }),
    )
  })

  test('is repaired once and for all', () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 12 }), (messages) => void expect(repairConversation(repairConversation(messages))).toEqual(repairConversation(messages))))
  })

  test('puts a result that came late behind its call', () => {
    const repaired = repairConversation([
      { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'f', args: {} }, { id: 'a', name: 'g', args: {} }] },
      { role: 'user', text: 'meanwhile' },
      { role: 'tool', toolCallId: 'a', name: 'f', content: '1', isError: false },
    ])
    expect(repaired).toMatchObject([
      { role: 'assistant', toolCalls: [{ id: 'a' }, { id: 'call_0_1' }] },
      { role: 'tool', toolCallId: 'a', content: '1' },
      { role: 'tool', toolCallId: 'call_0_1', name: 'g', isError: true },
      { role: 'user', text: 'meanwhile' },
    ])
  })
})

test('repaired call ids are unique among themselves and in the conversation, and good ones stay', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 6 }), fc.array(message, { maxLength: 4 }), (calls, messages) => {
      const taken = callIdsOf(messages)
      const ids = uniqueCallIds(calls, taken, messages.length).map((one) => one.id)
      expect(new Set([...ids, ...taken]).size).toBe(ids.length + new Set(taken).size)
      for (const one of ids) expect(one).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
    }),
  )
})

test('tool names go there and back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(toolName, { maxLength: 8 }), (names) => {
      const { toWire, fromWire } = createToolNames(names)
      expect(names.map((name) => fromWire(toWire(name)))).toEqual(names)
      for (const name of names) expect(toWire(name)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
    }),
  )
})
