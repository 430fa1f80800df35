import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RainyError } from '../../../../shared/errors.ts'
import { createChatReader, type ChatAnswer } from './chat-format.ts'

function read(...chunks: unknown[]): ChatAnswer {
  const reader = createChatReader(() => {}, (name) => name)
  for (const chunk of chunks) reader.read(chunk)
  return reader.end()
}

function endOf(act: () => unknown): string {
  try {
    act()
    return 'answer'
  } catch (error) {
    return error instanceof RainyError ? error.code : String(error)
  }
}

const delta = (content: object, finish_reason?: string): object => ({ choices: [{ delta: content, finish_reason }] })
const piece = (over: object, fn: object = {}): object => ({ ...over, function: fn })

test('calls are kept apart however a server numbers them', () => {
  const expected = [{ name: 'f', args: { a: 1 } }, { name: 'g', args: { b: 2 } }]
  const streams: object[][] = [
    // By index, arguments in pieces.
    [piece({ index: 0, id: 'x' }, { name: 'f', arguments: '' }), piece({ index: 0 }, { arguments: '{"a"' }), piece({ index: 0 }, { arguments: ':1}' }), piece({ index: 1, id: 'y' }, { name: 'g', arguments: '{"b":2}' })],
    // Always 0, told apart by id.
    [piece({ index: 0, id: 'x' }, { name: 'f', arguments: '{"a":1}' }), piece({ index: 0, id: 'y' }, { name: 'g', arguments: '{"b":' }), piece({ index: 0 }, { arguments: '2}' })],
    // Without an index or an id.
    [piece({}, { name: 'f', arguments: '{"a":' }), piece({}, { arguments: '1}' }), piece({}, { name: 'g', arguments: '{"b":2}' })],
    // Arguments as an object; the id in every piece.
    [piece({ index: 0, id: 'x' }, { name: 'f', arguments: { a: 1 } }), piece({ index: 1, id: 'y' }, { name: 'g', arguments: '{"b":' }), piece({ index: 1, id: 'y' }, { arguments: '2}' })],
    // Interleaved.
    [piece({ index: 0, id: 'x' }, { name: 'f', arguments: '{"a":' }), piece({ index: 1, id: 'y' }, { name: 'g', arguments: '{"b":' }), piece({ index: 0 }, { arguments: '1}' }), piece({ index: 1 }, { arguments: '2}' })],
  ]
  for (const pieces of streams) {
    const answer = read(...pieces.map((one) => delta({ tool_calls: [one] })), delta({}, 'tool_calls'))
    expect(answer.message.toolCalls).toMatchObject(expected)
    expect(read(delta({ tool_calls: pieces }), delta({}, 'stop')).stop).toBe('tool_calls')
  }
})

test('a refusal is text that is told apart', () => {
  expect(read(delta({ refusal: 'I will not.' }, 'stop'))).toMatchObject({ message: { text: 'I will not.' }, stop: 'refusal' })
})

test('usage comes with a chunk without choices, cached tokens too', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 8 } }
  expect(read(delta({ content: 'x' }, 'stop'), { choices: [], usage }).usage).toEqual({ inputTokens: 10, outputTokens: 2, cachedInputTokens: 8 })
  expect(read(delta({ content: 'x' }, 'stop')).usage).toBeUndefined()
})

test('whatever a server sends, the end is an answer or an error of ours', () => {
  const chunk = fc.oneof(fc.jsonValue(), fc.record({ choices: fc.array(fc.record({ delta: fc.jsonValue(), finish_reason: fc.oneof(fc.string(), fc.constant(null)) })) }))
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 5 }), (chunks) => {
      expect(['answer', 'PROVIDER_BAD_RESPONSE', 'STREAM_TRUNCATED']).toContain(endOf(() => read(...chunks)))
    }),
  )
})
