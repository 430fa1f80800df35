import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendText, EMPTY_TEXT, HEAD_LIMIT_CHARS, TAIL_LIMIT_CHARS, textLines } from './bounded-text.ts'

test('keeps head and tail, and says how much between them is left out', () => {
  const whole = 'x'.repeat(HEAD_LIMIT_CHARS) + 'y'.repeat(1000) + 'z'.repeat(TAIL_LIMIT_CHARS)
  const text = appendText(EMPTY_TEXT, whole)
  expect([text.head.length, text.leftOut, text.tail.length]).toEqual([HEAD_LIMIT_CHARS, 1000, TAIL_LIMIT_CHARS])
  expect(textLines(text)[1]).toBe('… 1,000 characters left out …')
})

test('however output is cut into pieces, what is kept is the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40_000, minLength: 1 }), { maxLength: 12 }), (pieces) => {
      expect(pieces.reduce(appendText, EMPTY_TEXT)).toEqual(appendText(EMPTY_TEXT, pieces.join('')))
    }),
  )
})

test('colours are taken out, and a carriage return rewrites its line', () => {
  expect(textLines(appendText(EMPTY_TEXT, '\u001B[32mok\u001B[0m\r\n10 %\r100 %\n\u001B]0;title\u0007end'))).toEqual(['ok', '100 %', 'end'])
})
