import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBoundedOutput } from './bounded-output.ts'
import { createPlainText } from './plain-text.ts'

const pieces = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001B[31m', '\u001B]0;title\u0007', '\u001B]8;;x\u001B\\', '\u001B', '\r\n', '\r', '\n', '\u001B[2K', 'é漢😀', '\u001BP1$r\u001B\\')))

function plain(chunks: string[]): string {
  const text = createPlainText()
  return chunks.map((chunk) => text.write(chunk)).join('') + text.end()
}

test('what stays of a text does not depend on how it was cut into chunks', () => {
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(60), { maxLength: 12 }), (parts, cuts) => {
      const whole = parts.join('')
      const bounds = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length]
      const chunks = bounds.slice(1).map((end, index) => whole.slice(bounds[index], end))
      expect(plain(chunks)).toBe(plain([whole]))
    }),
    { numRuns: 2000 },
  )
})

test('colours, titles, links and control characters go, the text stays', () => {
  expect(plain(['\u001B[1;31mred\u001B[0m \u001B]0;title\u0007a\u001B]8;;http://x\u001B\\link\u001B]8;;\u001B\\\b\u0000 end\r\n'])).toBe('red alink end\n')
})

test('a line that is drawn over itself keeps what is seen in the end', () => {
  const output = createBoundedOutput()
  for (const chunk of ['10%', '\r50', '%\r100%\nnext\r']) output.write(chunk)
  expect(output.end()).toEqual({ output: '100%\nnext', truncated: false })
})

test('head and tail are cut at whole characters and the space is bounded', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/[\r\uFFFD]/g, '')), { maxLength: 60 }), (chunks) => {
      const output = createBoundedOutput(50, 80)
      const whole = chunks.join('')
      for (const chunk of chunks) output.write(chunk)
      const { output: kept, truncated } = output.end()
      expect(truncated).toBe(Buffer.byteLength(whole) > 130)
      const [, head, left, tail] = truncated ? (/^([^]*)\n… (\d+) bytes left out …\n([^]*)$/.exec(kept) ?? []) : [kept, kept, String(Buffer.byteLength(whole) - 130), kept]
      expect(whole.startsWith(head ?? '?') && whole.endsWith(tail ?? '?')).toBe(true)
      expect(Number(left)).toBe(Buffer.byteLength(whole) - 130)
      expect(kept).not.toContain('\uFFFD')
    }),
  )
})
