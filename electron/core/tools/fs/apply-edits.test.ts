import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RainyError } from '../../../../shared/errors.ts'
import { applyEdits, type Edit } from './apply-edits.ts'

const apply = (text: string, ...edits: Edit[]): string => applyEdits(text, edits, 'f.ts').text

function failure(text: string, ...edits: Edit[]): { code: string; message: string } {
  try {
    return { code: 'none', message: apply(text, ...edits) }
  } catch (error) {
    if (error instanceof RainyError) return { code: error.code, message: error.message }
    throw error
  }
}

const PYTHON = 'def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef g(x):\n    if x:\n        return 3\n    return 4\n'

describe('what models really send still lands', () => {
  test('white space at the ends of lines', () => {
    expect(apply('a = 1  \nb = 2\n', { find: 'a = 1\nb = 2 \n', replace: 'a = 3\nb = 4\n' })).toBe('a = 3\nb = 4\n')
  })
  test('wrong indentation, which the replacement is freed of', () => {
    expect(apply(PYTHON, { find: 'if x:\n    return 3', replace: 'if not x:\n    y = 5\n    return y' })).toBe(
      PYTHON.replace('    if x:\n        return 3', '    if not x:\n        y = 5\n        return y'),
    )
  })
  test('spaces for tabs', () => {
    expect(apply('func f() {\n\tif x {\n\t\treturn 1\n\t}\n}\n', { find: '    if x {\n        return 1\n    }', replace: '    if y {\n        return 2\n    }' })).toBe('func f() {\n\tif y {\n\t\treturn 2\n\t}\n}\n')
  })
  test('other spaces inside a line', () => {
    expect(apply('const a = { b:1, c:  2 }\n', { find: 'const a = {b: 1, c: 2}', replace: 'const a = {}' })).toBe('const a = {}\n')
    expect(apply('  x = f(a,   b) // why\n', { find: 'f(a, b)', replace: 'g(a)' })).toBe('  x = g(a) // why\n')
  })
  test('CRLF, each line keeping its own end', () => {
    expect(apply('a\r\nb\r\nc\n', { find: 'a\nb\n', replace: 'a\nx\ny\n' })).toBe('a\r\nx\r\ny\r\nc\n')
    expect(apply('a\nb\n', { find: 'a\r\nb', replace: 'c\r\nd' })).toBe('c\nd\n')
  })
  test('a last line without an end', () => {
    expect(apply('first\nlast line', { find: 'last line\n', replace: 'other line\n' })).toBe('first\nother line')
  })
  test('blank lines around it', () => {
    expect(apply('one\ntwo lines\nthree\n', { find: '\n\ntwo lines  \n\n', replace: '\n\n2 lines\n\n' })).toBe('one\n2 lines\nthree\n')
  })
})

describe('and never in the wrong place', () => {
  test('text that is there twice is refused, with its lines', () => {
    expect(failure(PYTHON, { find: '    if x:', replace: '' })).toMatchObject({ code: 'AMBIGUOUS_MATCH', message: expect.stringContaining('2 times (lines 2, 8)') })
    expect(apply('a b a', { find: 'a', replace: 'c', all: true })).toBe('c b c')
  })
  test('text that is twice there in a loose way is refused too', () => {
    expect(failure('  call(1)\n    call(1)\n', { find: '\tcall(1)', replace: 'x' })).toMatchObject({ code: 'AMBIGUOUS_MATCH' })
  })
  test('text that is not there is refused, and what is near is named', () => {
    expect(failure(PYTHON, { find: 'return 33', replace: '' })).toMatchObject({ code: 'NO_MATCH', message: expect.stringContaining('9:         return 3') })
    expect(failure('', { find: 'anything', replace: '' })).toMatchObject({ code: 'NO_MATCH' })
  })
  test('a block whose lines are nested otherwise is not the same block', () => {
    expect(failure('if a:\n    b()\nc()\n', { find: 'if a:\n    b()\n    c()', replace: 'x' })).toMatchObject({ code: 'NO_MATCH' })
  })
  test('all edits or none', () => {
    expect(failure('a\nb\n', { find: 'a', replace: 'c' }, { find: 'nothing like it', replace: '' })).toMatchObject({ code: 'NO_MATCH', message: expect.stringContaining('Edit 2') })
    expect(apply('a\nb\n', { find: 'a', replace: 'c' }, { find: 'c\nb', replace: 'd' })).toBe('d\n')
  })
})

const line = fc.stringMatching(/^[a-c(){} \t=]{0,12}$/u)
const file = fc.array(line, { minLength: 1, maxLength: 20 }).chain((lines) => fc.constantFrom('\n', '\r\n').map((end) => lines.join(end)))

test('an edit of text that is there once changes that and nothing else', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.string(), (text, from, length, replace) => {
      const start = text.length === 0 ? 0 : from % text.length
      const find = text.slice(start, start + 1 + (length % 30))
      fc.pre(find !== '' && !find.endsWith('\r') && !find.startsWith('\n') && !replace.includes('\r') && !replace.includes('\n') && text.split(find).length === 2 && text.replaceAll('\r\n', '\n').split(find.replaceAll('\r\n', '\n')).length === 2)
      fc.pre(text.indexOf(find, text.indexOf(find) + 1) === -1)
      expect(apply(text, { find, replace })).toBe(text.slice(0, text.indexOf(find)) + replace + text.slice(text.indexOf(find) + find.length))
    }),
  )
})

test('whatever is asked for, lines outside of one block stay as they are, or the edit is refused', () => {
  fc.assert(
    fc.property(file, line, fc.array(line, { minLength: 1, maxLength: 3 }), (text, replace, wanted) => {
      const find = wanted.join('\n')
      fc.pre(find !== '')
      const result = failure(text, { find, replace })
      const before = text.split(/\r?\n/u)
      const after = result.message.split(/\r?\n/u)
      const head = before.findIndex((one, at) => one !== after[at])
      const tail = before.toReversed().findIndex((one, at) => one !== after.toReversed()[at])
      const changed = head === -1 || tail === -1 ? 0 : before.length - head - tail
      expect(result.code !== 'none' || changed <= wanted.length).toBe(true)
      expect(['none', 'NO_MATCH', 'AMBIGUOUS_MATCH']).toContain(result.code)
    }),
    { numRuns: 500 },
  )
})

test('line ends that no edit touches stay, also where they are mixed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/u), fc.constantFrom('\n', '\r\n')), { maxLength: 20 }), (lines) => {
      const text = lines.map(([word, end]) => word + end).join('')
      expect(apply(`${text}MARK\n`, { find: 'MARK', replace: 'DONE' })).toBe(`${text}DONE\n`)
    }),
  )
})
