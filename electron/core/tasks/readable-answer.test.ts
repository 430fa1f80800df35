import { expect, test } from 'vitest'
import { createTokenGate, readableAnswer } from './readable-answer.ts'

test('a plan is told by its own event, a review in words, all else as it is', () => {
  const plan = JSON.stringify({ steps: [{ id: '1', title: 't', agent: 'coder' }] })
  expect(readableAnswer('planner', plan)).toBe('')
  expect(readableAnswer('planner', `\`\`\`json\n${plan}\n\`\`\``)).toBe('')
  expect(readableAnswer('reviewer', '{"approved":false,"comments":"No tests."}')).toBe('Not approved. No tests.')
  expect(readableAnswer('reviewer', '{"approved":true}')).toBe('Approved.')
  expect(readableAnswer('planner', 'I look first.')).toBe('I look first.')
  expect(readableAnswer('coder', '{"approved":true}')).toBe('{"approved":true}')
})

test('text streams on, JSON of a planner or reviewer is held back', () => {
  const streamed = (agent: string, parts: string[]): string => {
    const open = createTokenGate(agent)
    return parts.filter((part) => open(part)).join('')
  }
  expect(streamed('coder', ['{', 'a}'])).toBe('{a}')
  expect(streamed('planner', [' ', '{', '"steps"', '}'])).toBe('')
  expect(streamed('planner', ['I ', 'look {']).trim()).toBe('I look {')
})
