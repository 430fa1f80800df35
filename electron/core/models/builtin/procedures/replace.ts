import type { Order } from '../orders.ts'
import { failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { listed, plural } from '../words.ts'
import { MATCH_LIMIT, readMatches } from './search.ts'

type Replace = Extract<Order, { kind: 'replace' }>

export function* replaceText({ find, replace, path }: Replace): Procedure {
  let files = path === undefined ? [] : [path]
  if (path === undefined) {
    // ripgrep goes by lines: the first one finds the files of a longer text.
    const pattern = find.split('\n').find((line) => line.trim() !== '') ?? find
    const [found] = yield { text: `I look for the text in all files.`, calls: [{ name: 'search_code', args: { pattern, literal: true, caseSensitive: true, limit: MATCH_LIMIT } }] }
    const why = failureOf(found)
    if (why !== undefined) return { ok: false, text: `The search did not run: ${why}` }
    const { matches, truncated } = readMatches(found)
    if (truncated) return { ok: false, text: 'The text stands in too many places for me to replace it safely: name a file.' }
    files = [...new Set(matches.map((match) => match.path))]
  } else {
    // What was not read would be edited blindly.
    const [read] = yield { text: `I read ${path}.`, calls: [{ name: 'read_file', args: { path } }] }
    const why = failureOf(read)
    if (why !== undefined) return { ok: false, text: `I could not read ${path}: ${why}` }
  }
  if (files.length === 0) return { ok: false, text: `I found no "${find}": nothing was replaced.` }
  const results = yield { text: `I replace it in ${plural(files.length, 'file')}.`, calls: files.map((file) => ({ name: 'edit_file', args: { path: file, edits: [{ find, replace, all: true }] } })) }
  const failed = files.flatMap((file, index) => failureOf(results[index]) === undefined ? [] : [`${file} (${failureOf(results[index])})`])
  const done = files.filter((_, index) => failureOf(results[index]) === undefined)
  if (done.length === 0) return { ok: false, text: `Nothing was replaced: ${listed(failed)}` }
  return { ok: failed.length === 0, text: `I replaced "${find}" with "${replace}" in ${listed(done)}.${failed.length > 0 ? ` Not in ${listed(failed)}.` : ''}` }
}
