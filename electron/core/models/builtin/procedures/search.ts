import { failureOf } from '../results.ts'
import type { Procedure, ToolResult } from '../types.ts'
import { fenced, plural } from '../words.ts'

export const MATCH_LIMIT = 1000
const SHOWN_MATCHES = 30

export interface Match {
  path: string
  line: number
  text: string
}

const MORE = /\n\[there are more[^\n]*\]$/

/** The matches of a `search_code` result, which shows them as `path:line: text`. */
export function readMatches(result: ToolResult | undefined): { matches: Match[]; truncated: boolean } {
  const content = result?.content ?? ''
  const found = [...content.matchAll(/^([^\n]+?):(\d+): ([^\n]*)$/gm)]
  return { matches: found.map(([, path = '', line, text = '']) => ({ path, line: Number(line), text })), truncated: MORE.test(content) }
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
