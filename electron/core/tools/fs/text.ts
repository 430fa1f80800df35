import { isUtf8 } from 'node:buffer'
import { RainyError } from '../../../../shared/errors.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1'

/** A file's text, and what is needed to write it back as it was. */
export interface TextFile {
  text: string
  encoding: Encoding
  /** It began with a byte order mark, which is not part of `text`. */
  bom: boolean
}

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf])
/** As far as git looks for a NUL. */
const BINARY_PROBE_BYTES = 8000

/**
 * Decodes what is text: UTF-8, UTF-16 with its mark, else latin1 where the bytes look like writing. Throws BINARY_FILE, ENCODING.
 * `shown` names the file in messages.
 */
export function decodeText(bytes: Uint8Array, shown: string): TextFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length >= 2 && buffer[0] === 0xff && buffer[1] === 0xfe) return decodeUtf16(buffer, 'utf-16le', shown)
  if (buffer.length >= 2 && buffer[0] === 0xfe && buffer[1] === 0xff) return decodeUtf16(buffer, 'utf-16be', shown)
  if (buffer.subarray(0, BINARY_PROBE_BYTES).includes(0)) throw binaryFile(shown)
  if (isUtf8(buffer)) {
    const bom = buffer.subarray(0, 3).equals(UTF8_BOM)
    return { text: buffer.toString('utf8', bom ? 3 : 0), encoding: 'utf-8', bom }
  }
  const text = buffer.toString('latin1')
  if (hasControls(text)) throw binaryFile(shown)
  return { text, encoding: 'latin1', bom: false }
}

/** The inverse of {@link decodeText}. Throws INVALID_TEXT for what is no text, ENCODING for what the file's encoding cannot say. */
export function encodeText({ text, encoding, bom }: TextFile, shown: string): Buffer {
  checkText(text, shown)
  switch (encoding) {
    case 'utf-8': {
      const body = Buffer.from(text, 'utf8')
      return bom ? Buffer.concat([UTF8_BOM, body]) : body
    }
    case 'utf-16le':
      return Buffer.from(bom ? `\ufeff${text}` : text, 'utf16le')
    case 'utf-16be':
      return Buffer.from(bom ? `\ufeff${text}` : text, 'utf16le').swap16()
    case 'latin1': {
      const alien = /[\u0100-\u{10ffff}]/u.exec(text)
      if (alien) throw new RainyError('ENCODING', `${shown} is encoded as latin1, which has no ${JSON.stringify(alien[0])}; use other characters.`)
      return Buffer.from(text, 'latin1')
    }
    default:
      return encoding satisfies never
  }
}

/** Text that can be stored as text: whole characters, no NUL. */
export function checkText(text: string, shown: string): void {
  if (!text.isWellFormed()) throw new RainyError('INVALID_TEXT', `The text for ${shown} holds half of a surrogate pair; send whole characters.`)
  if (text.includes('\0')) throw new RainyError('INVALID_TEXT', `The text for ${shown} holds a NUL character; these tools write text files only.`)
}

function decodeUtf16(buffer: Buffer, encoding: 'utf-16le' | 'utf-16be', shown: string): TextFile {
  const name = encoding.toUpperCase()
  if (buffer.length % 2 === 1) throw new RainyError('ENCODING', `${shown} begins as ${name} but ends in half a character; repair it with another tool.`)
  const body = Buffer.from(buffer.subarray(2))
  const text = (encoding === 'utf-16be' ? body.swap16() : body).toString('utf16le')
  if (!text.isWellFormed()) throw new RainyError('ENCODING', `${shown} begins as ${name} but is not valid ${name}; repair it with another tool.`)
  if (text.includes('\0')) throw binaryFile(shown)
  return { text, encoding, bom: true }
}

/** Controls other than tab, line ends, form feed, backspace and escape are not in writing. */
function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  return /[\u0000-\u0007\u000b\u000e-\u001a\u001c-\u001f]/u.test(text)
}

function binaryFile(shown: string): RainyError {
  return new RainyError('BINARY_FILE', `${shown} is not a text file.`)
}
