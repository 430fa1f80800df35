import { z } from 'zod'
import { dataOf, failureOf } from '../results.ts'
import type { Procedure, ToolResult } from '../types.ts'
import { fenced, plural } from '../words.ts'

export const MATCH_LIMIT = 1000
const SHOWN_MATCHES = 30

const matchesSchema = z.object({ matches: z.array(z.object({ path: z.string(), line: z.int(), text: z.string() })), truncated: z.boolean() })
export interface Match {
  path: string
  line: number
  text: string
}

/** Matches of a `search_code` result, shown as data or as `path:line:column: text`. */
export function readMatches(result: ToolResult | undefined): { matches: Match[]; truncated: boolean } {
  const data = dataOf(result, matchesSchema)
  if (data) return data
  const content = result?.content ?? ''
  const matches: Match[] = []
  let file = ''
  for (const line of content.split('\n')) {
    const whole = /^([^\s:][^:]*):(\d+)(?::\d+)?:\s?(.*)$/.exec(line)
    const grouped = /^\s*(\d+)(?::\d+)?[:|]\s?(.*)$/.exec(line)
    if (whole) matches.push({ path: whole[1] ?? '', line: Number(whole[2]), text: whole[3] ?? '' })
    else if (grouped && file !== '') matches.push({ path: file, line: Number(grouped[1]), text: grouped[2] ?? '' })
    else if (/^[^\s:]+:?$/.test(line)) file = line.replace(/:$/, '')
  }
  return { matches, truncated: /\b(?:truncated|in part|more)\b[^\n]*\]?\s*$/.test(content) }
}

export function* search(pattern: string, path: string | undefined): Procedure {
  const [result] = yield { text: `I search for ${pattern}.`, calls: [{ name: 'search_code', args: { pattern, literal: true, limit: MATCH_LIMIT, ...(path === undefined ? {} : { path }) } }] }
  const why = failureOf(result)
  if (why !== undefined) return { ok: false, text: `The search did not run: ${why}` }
  const { matches, truncated } = readMatches(result)
  if (matches.length === 0) return { ok: true, text: `"${pattern}" is nowhere in ${path ?? 'the project'}.` }
  const files = new Set(matches.map((match) => match.path)).size
  const lines = matches.slice(0, SHOWN_MATCHES).map((match) => `${match.path}:${match.line}: ${match.text.trim()}`)
  const more = matches.length > lines.length ? ` The first ${lines.length}:` : ''
  return { ok: true, text: `"${pattern}" is in ${truncated ? 'more than ' : ''}${plural(matches.length, 'line')} of ${plural(files, 'file')}.${more}\n${fenced(lines.join('\n'))}` }
}
