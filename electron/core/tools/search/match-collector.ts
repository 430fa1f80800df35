import { z } from 'zod'

/** What is shown of one line at most. */
const TEXT_LIMIT_CHARS = 500

export interface Match {
  path: string
  line: number
  column: number
  text: string
  before?: string[]
  after?: string[]
}

/** Text, or base64 where it is no UTF-8 (ripgrep's JSON, as the crate grep-printer specifies it). */
const dataSchema = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })])

const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('match'),
    data: z.object({ path: dataSchema, lines: dataSchema, line_number: z.number().nullable(), submatches: z.array(z.object({ start: z.number(), end: z.number() })) }),
  }),
  z.object({ type: z.literal('context'), data: z.object({ path: dataSchema, lines: dataSchema, line_number: z.number().nullable() }) }),
  z.object({ type: z.enum(['begin', 'end', 'summary']) }),
])
type Data = z.infer<typeof dataSchema>

export interface MatchCollector {
  /** Takes a line of ripgrep's JSON; false once there are more matches than wanted. */
  line(json: string): boolean
  result(): { matches: Match[]; truncated: boolean }
}

/** Gathers matches, and with `context` the lines around each. `prefix` stands before each path. */
export function createMatchCollector({ prefix, limit, context }: { prefix: string; limit: number; context: number }): MatchCollector {
  const matches: Match[] = []
  /** Lines of the file that is being told of, by number; only with context. */
  let lines = new Map<number, string>()
  let current: Match[] = []
  let truncated = false

  const closeFile = (): void => {
    for (const match of current) Object.assign(match, { before: around(lines, match.line, -context), after: around(lines, match.line, context) })
    lines = new Map()
    current = []
  }

  return {
    line(json) {
      const { type, ...rest } = messageSchema.parse(JSON.parse(json))
      if (!('data' in rest)) {
        if (type === 'end') closeFile()
        return true
      }
      const { data } = rest
      const text = decode(data.lines).replace(/\r?\n$/u, '')
      const number = data.line_number ?? 1
      if (context > 0) lines.set(number, cut(text, 0))
      if (!('submatches' in data)) return true
      if (matches.length === limit) {
        truncated = true
        return false
      }
      const start = data.submatches[0]?.start ?? 0
      const column = columnOf(data.lines, start)
      const match: Match = { path: prefix + decode(data.path).replace(/^\.[\\/]/u, ''), line: number, column, text: cut(text, column - 1) }
      matches.push(match)
      if (context > 0) current.push(match)
      return true
    },
    result() {
      closeFile()
      return { matches: matches.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1)), truncated }
    },
  }
}

function around(lines: Map<number, string>, line: number, context: number): string[] {
  const found: string[] = []
  const step = Math.sign(context)
  for (let at = line + step; at !== line + context + step; at += step) {
    const text = lines.get(at)
    if (text === undefined) break
    found.push(text)
  }
  return step < 0 ? found.toReversed() : found
}

function decode(data: Data): string {
  return 'text' in data ? data.text : Buffer.from(data.bytes, 'base64').toString('utf8')
}

/** ripgrep counts bytes, people count characters. */
function columnOf(data: Data, startByte: number): number {
  const bytes = 'text' in data ? Buffer.from(data.text) : Buffer.from(data.bytes, 'base64')
  return Array.from(bytes.subarray(0, startByte).toString('utf8')).length + 1
}

/** A long line's part around the match. */
function cut(text: string, at: number): string {
  if (text.length <= TEXT_LIMIT_CHARS) return text
  const start = Math.max(0, Math.min(at - Math.floor(TEXT_LIMIT_CHARS / 4), text.length - TEXT_LIMIT_CHARS))
  const part = text.slice(start, start + TEXT_LIMIT_CHARS)
  return `${start > 0 ? '…' : ''}${part}${start + TEXT_LIMIT_CHARS < text.length ? '…' : ''}`.toWellFormed()
}
