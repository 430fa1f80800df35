import { z } from 'zod'
import { defineTool } from '../define-tool.ts'
import type { ToolDefinition, ToolDeps } from '../types.ts'
import { readContent } from './file-content.ts'
import { decodeText } from './text.ts'

/** What one call shows at most. */
const CONTENT_LIMIT_CHARS = 200_000
const TIMEOUT_MS = 30_000

const input = z.strictObject({
  path: z.string().describe('Relative to the workspace.'),
  offset: z.int().min(1).optional().describe('First line, from 1.'),
  limit: z.int().min(1).optional().describe('How many lines.'),
})

const output = z.object({
  content: z.string(),
  /** How many the file has. */
  lines: z.int(),
  truncated: z.boolean(),
})

export function createReadFileTool(deps: Pick<ToolDeps, 'caches' | 'clock'>): ToolDefinition<typeof input, typeof output> {
  return defineTool({
    name: 'read_file',
    description: 'Reads a text file, or some lines of it.',
    category: 'read',
    input,
    output,
    executor: 'main',
    effect: 'none',
    parallel: true,
    retryable: true,
    timeoutMs: TIMEOUT_MS,
    async describe({ path }, { workspace }) {
      const { relative } = await workspace.resolve(path, 'read')
      return { preview: relative }
    },
    async run({ path, offset = 1, limit }, { workspace, noteRead }) {
      const where = await workspace.resolve(path, 'read')
      const file = await readContent(deps, workspace, where)
      const { text } = decodeText(file.bytes, where.relative)
      noteRead(where.relative, file.hash)
      return cut(text, offset, limit)
    },
    summarize: ({ lines, truncated }) => `${lines} ${lines === 1 ? 'line' : 'lines'}${truncated ? ', in part' : ''}`,
    present: ({ content, lines, truncated }) => (truncated ? `${content}\n[in part: the file has ${lines} lines]` : content),
  })
}

/** Lines with their own endings. An offset after the last gives nothing, and `lines` tells why. */
function cut(text: string, offset: number, limit: number | undefined): z.input<typeof output> {
  let lines = 0
  let from = text.length
  let to = text.length
  const last = limit === undefined ? Infinity : offset + limit
  for (let start = 0; start < text.length; ) {
    lines += 1
    if (lines === offset) from = start
    if (lines === last) to = start
    const end = text.indexOf('\n', start)
    start = end === -1 ? text.length : end + 1
  }
  let content = text.slice(from, Math.max(from, to))
  if (content.length > CONTENT_LIMIT_CHARS) content = wholeLines(content.slice(0, CONTENT_LIMIT_CHARS))
  return { content, lines, truncated: content.length < text.length }
}

/** Ends at a line's end where there is one, never inside a character. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n')
  if (end !== -1) return text.slice(0, end + 1)
  return text.isWellFormed() ? text : text.slice(0, -1)
}
