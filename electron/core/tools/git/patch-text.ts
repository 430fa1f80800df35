import { structuredPatch } from 'diff'
import { deflateSync } from 'node:zlib'

/** One file's change, with its contents. `oid` all zero: not there, or not known. */
export interface FileChange {
  path: string
  before: { mode: number; oid: string; content: Buffer } | undefined
  after: { mode: number; oid: string; content: Buffer } | undefined
}

const NO_OID = '0'.repeat(40)
const CONTEXT_LINES = 3
/** Above this the text of a binary change helps nobody; it is only named. */
const BINARY_LIMIT_BYTES = 256 * 1024
/** A search for the smallest difference that takes longer than this is given up: the file is shown as replaced. */
const DIFF_TIMEOUT_MS = 2000
const BINARY_PROBE_BYTES = 8000

/** A file's part of a patch, as `git apply` takes it. */
export function patchText({ path, before, after }: FileChange): string {
  const lines = [`diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}`]
  const mode = (value: number): string => value.toString(8).padStart(6, '0')
  if (!before && after) lines.push(`new file mode ${mode(after.mode)}`)
  if (before && !after) lines.push(`deleted file mode ${mode(before.mode)}`)
  if (before && after && before.mode !== after.mode) lines.push(`old mode ${mode(before.mode)}`, `new mode ${mode(after.mode)}`)
  const old = before?.content ?? Buffer.alloc(0)
  const now = after?.content ?? Buffer.alloc(0)
  if (before && after && old.equals(now)) return before.mode === after.mode ? '' : `${lines.join('\n')}\n`
  lines.push(`index ${before?.oid ?? NO_OID}..${after?.oid ?? NO_OID}${before && after && before.mode === after.mode ? ` ${mode(before.mode)}` : ''}`)
  if (isBinary(old) || isBinary(now)) lines.push(...binaryLines(path, old, now, before !== undefined, after !== undefined))
  else if (old.length + now.length > 0) lines.push(...textLines(path, old.toString(), now.toString(), before !== undefined, after !== undefined))
  return `${lines.join('\n')}\n`
}

/** xdiff-interface.c: a NUL near the beginning. What is not UTF-8 cannot be put into text either. */
function isBinary(content: Buffer): boolean {
  return content.subarray(0, BINARY_PROBE_BYTES).includes(0) || content.includes('\uFFFD') || !isUtf8(content)
}

function isUtf8(content: Buffer): boolean {
  return Buffer.from(content.toString()).equals(content)
}

function textLines(path: string, old: string, now: string, hadOld: boolean, hasNew: boolean): string[] {
  const name = (prefix: string): string => {
    const whole = quoted(prefix + path)
    // A tab ends a name that holds a space.
    return whole.includes(' ') && !whole.startsWith('"') ? `${whole}\t` : whole
  }
  const lines = [`--- ${hadOld ? name('a/') : '/dev/null'}`, `+++ ${hasNew ? name('b/') : '/dev/null'}`]
  const patch = structuredPatch('', '', old, now, '', '', { context: CONTEXT_LINES, timeout: DIFF_TIMEOUT_MS })
  if (!patch) return [...lines, ...wholeHunk(old, now)]
  for (const { oldStart, oldLines, newStart, newLines, lines: body } of patch.hunks) {
    lines.push(`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, ...body)
  }
  return lines
}

/** An empty range is named by the line before it. */
function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${count === 0 && start > 0 ? start - 1 : start},${count}`
}

function wholeHunk(old: string, now: string): string[] {
  const marked = (text: string, mark: string): string[] => {
    if (text === '') return []
    const lines = text.replace(/\n$/, '').split('\n').map((line) => mark + line)
    return text.endsWith('\n') ? lines : [...lines, '\\ No newline at end of file']
  }
  const count = (text: string): number => (text === '' ? 0 : text.replace(/\n$/, '').split('\n').length)
  return [`@@ -${count(old) === 0 ? 0 : 1},${count(old)} +${count(now) === 0 ? 0 : 1},${count(now)} @@`, ...marked(old, '-'), ...marked(now, '+')]
}

function binaryLines(path: string, old: Buffer, now: Buffer, hadOld: boolean, hasNew: boolean): string[] {
  if (old.length + now.length > BINARY_LIMIT_BYTES) {
    return [`Binary files ${hadOld ? quoted(`a/${path}`) : '/dev/null'} and ${hasNew ? quoted(`b/${path}`) : '/dev/null'} differ`]
  }
  return ['GIT binary patch', ...literal(now), '', ...literal(old), '']
}

function literal(content: Buffer): string[] {
  const packed = deflateSync(content)
  const lines = [`literal ${content.length}`]
  for (let at = 0; at < packed.length; at += 52) {
    const line = packed.subarray(at, at + 52)
    const length = String.fromCharCode(line.length <= 26 ? 64 + line.length : 96 + line.length - 26)
    lines.push(length + base85(line))
  }
  return lines
}

const BASE85 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'

function base85(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const group = Buffer.alloc(4)
    bytes.copy(group, 0, at, at + 4)
    let value = group.readUInt32BE()
    let letters = ''
    for (let digit = 0; digit < 5; digit += 1) {
      letters = BASE85[value % 85]! + letters
      value = Math.floor(value / 85)
    }
    text += letters
  }
  return text
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\v': '\\v', '\f': '\\f' }

/** git's quoting of a name with letters that would break a line. */
function quoted(path: string): string {
  // oxlint-disable-next-line no-control-regex
  const special = /[\u0000-\u001F"\\\u007F]/g
  if (!special.test(path)) return path
  return `"${path.replaceAll(special, (letter) => ESCAPES[letter] ?? `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`
}
