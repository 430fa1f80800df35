import { structuredPatch } from 'diff'
import { hash } from 'node:crypto'
import { binaryPatch } from './binary-patch.ts'
import { decodeText } from './fs/text.ts'
import type { FileContent } from './types.ts'

export interface ContentChange {
  path: string
  before: FileContent | null
  after: FileContent | null
}

const CONTEXT_LINES = 3
/** Finding the shortest diff of two long files that share little takes minutes; after this long any right diff will do. */
const DIFF_LIMIT_MS = 1000
const FILE_MODE = 0o644
const EXECUTABLE = 0o111

/** One file's change as git writes it, so that `git apply` takes it. Empty where nothing changed. */
export function diffOfContents({ path, before, after }: ContentChange): string {
  if (sameBytes(before?.bytes, after?.bytes)) return ''
  const oldText = before && textOf(before.bytes)
  const newText = after && textOf(after.bytes)
  const head = header(path, before, after)
  if (oldText === undefined || newText === undefined) return `${head}${indexLine(before, after)}${binaryPatch(before?.bytes, after?.bytes)}`
  const hunks = hunksOf(oldText ?? '', newText ?? '')
  if (hunks.length === 0) return head
  return `${head}--- ${before ? quoted(`a/${path}`) : '/dev/null'}\n+++ ${after ? quoted(`b/${path}`) : '/dev/null'}\n${hunks.join('')}`
}

/** Lines added and removed; of binary contents none. */
export function countLines({ before, after }: ContentChange): { added: number; removed: number } {
  const oldText = before && textOf(before.bytes)
  const newText = after && textOf(after.bytes)
  if (oldText === undefined || newText === undefined) return { added: 0, removed: 0 }
  const lines = hunksOf(oldText ?? '', newText ?? '').flatMap((hunk) => hunk.split('\n').slice(1))
  return { added: lines.filter((line) => line.startsWith('+')).length, removed: lines.filter((line) => line.startsWith('-')).length }
}

function hunksOf(before: string, after: string): string[] {
  const patch = structuredPatch('a', 'b', before, after, '', '', { context: CONTEXT_LINES, timeout: DIFF_LIMIT_MS })
  if (!patch) return [wholeHunk(before, after)]
  return patch.hunks.map((hunk) => {
    const oldStart = hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart
    const newStart = hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart
    return `@@ -${range(Math.max(0, oldStart), hunk.oldLines)} +${range(Math.max(0, newStart), hunk.newLines)} @@\n${hunk.lines.join('\n')}\n`
  })
}

/** All of the old out, all of the new in. */
function wholeHunk(before: string, after: string): string {
  const side = (text: string, sign: string): string[] => {
    if (text === '') return []
    const lines = text.split('\n')
    const ended = lines.at(-1) === ''
    return [...(ended ? lines.slice(0, -1) : lines).map((line) => sign + line), ...(ended ? [] : ['\\ No newline at end of file'])]
  }
  const removed = side(before, '-')
  const added = side(after, '+')
  const count = (lines: string[]): number => lines.filter((line) => !line.startsWith('\\')).length
  return `@@ -${range(removed.length ? 1 : 0, count(removed))} +${range(added.length ? 1 : 0, count(added))} @@\n${[...removed, ...added].join('\n')}\n`
}

function range(start: number, lines: number): string {
  return lines === 1 ? String(start) : `${start},${lines}`
}

function header(path: string, before: FileContent | null, after: FileContent | null): string {
  const first = `diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}\n`
  if (!before) return `${first}new file mode ${gitMode(after)}\n`
  if (!after) return `${first}deleted file mode ${gitMode(before)}\n`
  return first
}

function indexLine(before: FileContent | null, after: FileContent | null): string {
  return `index ${objectId(before?.bytes)}..${objectId(after?.bytes)}${before && after ? ` ${gitMode(after)}` : ''}\n`
}

function gitMode(content: FileContent | null): string {
  return ((content?.mode ?? FILE_MODE) & EXECUTABLE) === 0 ? '100644' : '100755'
}

function objectId(bytes: Uint8Array | undefined): string {
  if (!bytes) return '0'.repeat(40)
  return hash('sha1', Buffer.concat([Buffer.from(`blob ${bytes.byteLength}\0`), bytes]), 'hex')
}

/** UTF-8 as git sees lines; undefined for what a text diff cannot carry byte for byte. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const { text, encoding, bom } = decodeText(bytes, '')
    return encoding === 'utf-8' ? (bom ? `\ufeff${text}` : text) : undefined
  } catch {
    return undefined
  }
}

/** As git quotes names: plain where they are plain, else in quotes with octal bytes. */
function quoted(path: string): string {
  if (/^[\u0020-\u007e]+$/u.test(path) && !/["\\]/u.test(path)) return path
  const bytes = Array.from(Buffer.from(path), (byte) =>
    byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`,
  )
  return `"${bytes.join('')}"`
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0)
}
