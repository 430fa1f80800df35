import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseJsonAnswer } from './json-answer.ts'

const schema = z.object({ a: z.number() })

test.each(['{"a":1}', '  {"a":1}\n', 'Here it is:\n```json\n{"a":1}\n```\nDone.', '```\n{"a":1}\n```', 'The answer is {"a":1}, I think.', 'First {"b":2}\n```json\n{"a":1}\n```'])('finds the object in %j', (text) => {
  expect(parseJsonAnswer(text, schema)).toEqual({ ok: true, value: { a: 1 } })
})

test.each([
  ['no object', /no JSON object/],
  ['{"a":', /JSON/],
  ['{"a":"x"}', /a: .*number/],
  ['', /no JSON object/],
])('says what is wrong with %j', (text, problem) => {
  const parsed = parseJsonAnswer(text, schema)
  expect(parsed.ok ? '' : parsed.problem).toMatch(problem)
})
