import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RainyError } from '../../../../shared/errors.ts'
import { decodeText, encodeText } from './text.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof RainyError ? error.code : String(error)
  }
}
const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()

test('each encoding is told from the bytes', () => {
  expect(decodeText(Buffer.from('é'), 'f')).toEqual({ text: 'é', encoding: 'utf-8', bom: false })
  expect(decodeText(Buffer.from('\ufeffé'), 'f')).toEqual({ text: 'é', encoding: 'utf-8', bom: true })
  expect(decodeText(Buffer.from('\ufeffé', 'utf16le'), 'f')).toEqual({ text: 'é', encoding: 'utf-16le', bom: true })
  expect(decodeText(utf16be('é'), 'f')).toEqual({ text: 'é', encoding: 'utf-16be', bom: true })
  expect(decodeText(Buffer.from('caf\xe9', 'latin1'), 'f')).toEqual({ text: 'café', encoding: 'latin1', bom: false })
})

test('what is no text, or cannot be said in the encoding of the file, is refused', () => {
  expect(codeOf(() => decodeText(Buffer.from([1, 0, 2]), 'f'))).toBe('BINARY_FILE')
  expect(codeOf(() => decodeText(Buffer.from([0xff, 0xd8, 0x01, 0x02]), 'f'))).toBe('BINARY_FILE')
  expect(codeOf(() => decodeText(Buffer.from([0xff, 0xfe, 0x41]), 'f'))).toBe('ENCODING')
  expect(codeOf(() => decodeText(Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'f'))).toBe('ENCODING')
  expect(codeOf(() => encodeText({ text: '→', encoding: 'latin1', bom: false }, 'f'))).toBe('ENCODING')
  expect(codeOf(() => encodeText({ text: 'a\0', encoding: 'utf-8', bom: false }, 'f'))).toBe('INVALID_TEXT')
  expect(codeOf(() => encodeText({ text: '\ud800', encoding: 'utf-8', bom: false }, 'f'))).toBe('INVALID_TEXT')
})

test('text that was decoded is encoded to the very same bytes', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)), fc.string({ unit: 'binary' }).map(utf16be)), (bytes) => {
      let decoded
      try {
        decoded = decodeText(bytes, 'f')
      } catch (error) {
        if (error instanceof RainyError) return
        throw error
      }
      expect(encodeText(decoded, 'f').toString('hex')).toBe(Buffer.from(bytes).toString('hex'))
    }),
    { numRuns: 300 },
  )
})
