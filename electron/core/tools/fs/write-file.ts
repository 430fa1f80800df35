import { z } from 'zod'
import { RainyError } from '../../../../shared/errors.ts'
import { defineFileTool } from '../define-tool.ts'
import type { FileContent, FileToolDefinition } from '../types.ts'
import { decodeText, encodeText, type TextFile } from './text.ts'

/** The longest text that one call writes. */
const CONTENT_LIMIT_CHARS = 5_000_000
const TIMEOUT_MS = 30_000

const input = z.strictObject({
  path: z.string().describe('Relative to the workspace.'),
  content: z.string().max(CONTENT_LIMIT_CHARS),
})

const output = z.object({ path: z.string(), created: z.boolean(), bytes: z.int() })

type WriteTool = FileToolDefinition<typeof input, typeof output>

export function createWriteFileTool(): WriteTool {
  return writeTool('write_file', 'Writes a whole file, also over one that exists.', false)
}

export function createCreateFileTool(): WriteTool {
  return writeTool('create_file', 'Creates a file; refuses one that exists.', true)
}

function writeTool(name: string, description: string, onlyNew: boolean): WriteTool {
  return defineFileTool({
    name,
    description,
    category: 'write',
    input,
    output,
    parallel: false,
    retryable: false,
    timeoutMs: TIMEOUT_MS,
    target: ({ path }) => path,
    async plan({ path: asked, content }, { workspace, read }) {
      const path = await workspace.resolve(asked, 'write')
      const stats = await workspace.stat(path)
      if (stats?.isDirectory()) throw new RainyError('IS_DIRECTORY', `${path.relative} is a folder; name a file.`)
      const before = await read(path)
      if (onlyNew && before) throw new RainyError('ALREADY_EXISTS', `${path.relative} already exists; use edit_file or write_file to change it.`)
      const bytes = encodeText(inStyleOf(before, content, path.relative), path.relative)
      return { path, before, after: { bytes, mode: before?.mode ?? null }, result: { path: path.relative, created: before === null, bytes: bytes.byteLength } }
    },
    summarize: ({ created, bytes }) => `${created ? 'created' : 'written'}, ${bytes} bytes`,
  })
}

/** A file keeps its encoding and its mark; its line ends too, where all were CRLF and the new text has none of its own. */
function inStyleOf(before: FileContent | null, content: string, shown: string): TextFile {
  const old = before && readable(before, shown)
  if (!old) return { text: content, encoding: 'utf-8', bom: false }
  const text = content.startsWith('\ufeff') && old.bom ? content.slice(1) : content
  return { ...old, text: endsLinesWithCrlf(old.text) && !text.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text }
}

function endsLinesWithCrlf(text: string): boolean {
  return text.includes('\r\n') && !/(?<!\r)\n/u.test(text)
}

/** What is no text is written over as a whole. */
function readable(before: FileContent, shown: string): TextFile | null {
  try {
    return decodeText(before.bytes, shown)
  } catch (error) {
    if (error instanceof RainyError) return null
    throw error
  }
}
