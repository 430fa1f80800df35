import { isReserved, renameIdentifier } from '../identifiers.ts'
import type { Order } from '../orders.ts'
import { failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { listed, plural } from '../words.ts'
import { MATCH_LIMIT, readMatches } from './search.ts'

type Rename = Extract<Order, { kind: 'rename' }>

const CODE = /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|java|kt|rb|php|cs|c|h|cc|cpp|hpp|swift|scala|dart)$/i
const FILES_LIMIT = 200
const PARTIAL = /\n\[in part: the file has \d+ lines\]$/

/** Reads every file that holds the word, renames it where it is an identifier, and writes what changed. */
export function* rename({ from, to, path }: Rename): Procedure {
  if (from === to) return { ok: false, text: `${from} is its name already.` }
  if (isReserved(to) || isReserved(from)) return { ok: false, text: `${isReserved(to) ? to : from} is a word of the language's own: nothing can be named so.` }
  const search = (pattern: string) => ({ name: 'search_code', args: { pattern, literal: true, caseSensitive: true, limit: MATCH_LIMIT, ...(path === undefined ? {} : { path }) } })
  const [found, taken] = yield { text: `I look for ${from}, and whether ${to} is taken.`, calls: [search(from), search(to)] }
  const why = failureOf(found)
  if (why !== undefined) return { ok: false, text: `The search did not run: ${why}` }
  const { matches, truncated } = readMatches(found)
  const files = [...new Set(matches.map((match) => match.path).filter((name) => CODE.test(name)))]
  if (files.length === 0) return { ok: false, text: `I found no ${from} in ${path ?? 'the code'}: nothing was renamed.` }
  if (truncated || files.length > FILES_LIMIT) return { ok: false, text: `${from} stands in too many places for me to rename it safely: nothing was renamed.` }
  const clash = readMatches(taken).matches.find(({ text, path }) => CODE.test(path) && renameIdentifier(text, to, from).count > 0)
  if (clash) return { ok: false, text: `${to} is there already (${clash.path}:${clash.line}): nothing was renamed, as the two would become one.` }

  const contents = yield { text: `I read ${plural(files.length, 'file')}.`, calls: files.map((file) => ({ name: 'read_file', args: { path: file } })) }
  const unread = files.filter((_, index) => failureOf(contents[index]) !== undefined || PARTIAL.test(contents[index]?.content ?? ''))
  if (unread.length > 0) return { ok: false, text: `I could not read ${listed(unread)} whole: nothing was renamed.` }
  const changed = files.map((file, index) => ({ file, ...renameIdentifier(contents[index]?.content ?? '', from, to) })).filter(({ count }) => count > 0)
  if (changed.length === 0) return { ok: false, text: `${from} stands in texts in quotes alone: nothing was renamed.` }
  const written = yield { text: `I rename ${from} to ${to}.`, calls: changed.map(({ file, text }) => ({ name: 'write_file', args: { path: file, content: text } })) }
  const failed = changed.flatMap(({ file }, index) => failureOf(written[index]) === undefined ? [] : [`${file} (${failureOf(written[index])})`])
  const places = changed.reduce((sum, { count }) => sum + count, 0)
  if (failed.length > 0) return { ok: false, text: `I renamed ${from} to ${to} in part; these were not written: ${listed(failed)}.` }
  return { ok: true, text: `I renamed ${from} to ${to} in ${plural(places, 'place')} of ${plural(changed.length, 'file')}: ${listed(changed.map(({ file }) => file))}. I go by names, not by meaning: texts in quotes are as they were.` }
}
