import ignore from 'ignore'
import { join } from 'node:path'
import { configValue } from './config-file.ts'
import { readText, type Repository } from './repository.ts'

/** What gitattributes(5) say of a path's line ends. */
type Text = 'no' | 'yes' | 'auto'

/**
 * Turns a file's bytes into what git would store: CRLF becomes LF where attributes or `core.autocrlf` say so.
 * `filter` drivers are commands and are never run.
 */
export function toStored(repository: Repository, path: string, bytes: Buffer, stored: () => Buffer | undefined): Buffer {
  if (!bytes.includes('\r\n')) return bytes
  const text = textAttribute(repository, path)
  if (text === 'no') return bytes
  if (text === 'auto' && (looksBinary(bytes) || stored()?.includes('\r\n'))) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

function textAttribute({ worktree, commonDir, config }: Repository, path: string): Text {
  const parts = path.split('/')
  const folders = parts.map((_, index) => parts.slice(0, index).map((part) => `${part}/`).join(''))
  const sources = [...folders.map((base) => ({ base, file: join(worktree, base, '.gitattributes') })), { base: '', file: join(commonDir, 'info/attributes') }]
  let found: Text | undefined
  for (const { base, file } of sources) {
    for (const line of (readText(file) ?? '').split('\n')) {
      const [pattern, ...attributes] = line.trim().split(/\s+/)
      if (!pattern || pattern.startsWith('#') || pattern.startsWith('[')) continue
      const told = textOf(attributes)
      if (told && ignore({ ignorecase: false }).add(pattern).ignores(path.slice(base.length))) found = told
    }
  }
  if (found) return found
  const auto = configValue(config, 'core.autocrlf')?.toLowerCase()
  return auto === 'input' || auto === 'true' || auto === 'yes' || auto === '1' ? 'auto' : 'no'
}

function textOf(attributes: string[]): Text | undefined {
  let text: Text | undefined
  for (const attribute of attributes) {
    if (attribute === 'text' || attribute === 'crlf' || attribute.startsWith('eol=') || attribute === 'crlf=input') text = text === 'auto' ? 'auto' : 'yes'
    if (attribute === 'text=auto') text = 'auto'
    if (attribute === '-text' || attribute === 'binary' || attribute === '-crlf') text = 'no'
  }
  return text
}

/** convert.c: a NUL, a lone carriage return, or more than one unprintable byte in 128. */
export function looksBinary(bytes: Buffer): boolean {
  let printable = 0
  let unprintable = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (byte === 0 || (byte === 13 && bytes[at + 1] !== 10)) return true
    if (byte === 10 || byte === 13) continue
    if (byte === 127 || (byte < 32 && ![8, 9, 27, 12].includes(byte))) unprintable += 1
    else printable += 1
  }
  return printable >> 7 < unprintable
}
