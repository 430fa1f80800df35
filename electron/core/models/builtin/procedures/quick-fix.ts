import { applyTextEdits, readDiagnostics, type Diagnostic, type TextEdit } from '../diagnostics.ts'
import { failureOf } from '../results.ts'
import type { Procedure } from '../types.ts'
import { listed, plural } from '../words.ts'

const ROUNDS = 5

/**
 * The first fix of each diagnostic, as far as they leave each other alone: of two that import the same, or that touch, the second
 * waits for the next look, as the first may have mended both.
 */
function firstFixes(diagnostics: readonly Diagnostic[]): { titles: string[]; edits: Map<string, TextEdit[]> } {
  const edits = new Map<string, TextEdit[]>()
  const titles: string[] = []
  for (const { fixes } of diagnostics) {
    const fix = fixes.find((one) => one.edits.length > 0)
    if (!fix || (titles.includes(fix.title) && /import/i.test(fix.title))) continue
    if (fix.edits.some((edit) => edits.get(edit.path)?.some((other) => touch(edit, other)))) continue
    titles.push(fix.title)
    for (const edit of fix.edits) edits.set(edit.path, [...(edits.get(edit.path) ?? []), edit])
  }
  return { titles, edits }
}

function touch(a: TextEdit, b: TextEdit): boolean {
  const isBefore = (one: TextEdit, other: TextEdit): boolean => one.endLine < other.line || (one.endLine === other.line && one.endColumn < other.column)
  return !isBefore(a, b) && !isBefore(b, a)
}

/** Reads the files, applies the edits, and writes what came of them. Returns how many were written. */
function* applyFixes(edits: ReadonlyMap<string, TextEdit[]>, text: string): Procedure<number> {
  const paths = [...edits.keys()]
  const contents = yield { text, calls: paths.map((path) => ({ name: 'read_file', args: { path } })) }
  const changed = paths.flatMap((path, index) => {
    const before = failureOf(contents[index]) === undefined ? (contents[index]?.content ?? '') : undefined
    const after = before === undefined ? undefined : applyTextEdits(before, edits.get(path) ?? [])
    return after === undefined || after === before ? [] : [{ path, content: after }]
  })
  if (changed.length === 0) return 0
  const written = yield { text: `I change ${listed(changed.map(({ path }) => path))}.`, calls: changed.map((args) => ({ name: 'write_file', args })) }
  return written.filter((result) => failureOf(result) === undefined).length
}

/** Applies the language server's own fixes, looks again, and stops when there is none left or nothing gets better. */
export function* quickFix(paths: string[]): Procedure {
  const look = (paths.length > 0 ? paths : [undefined]).map((path) => ({ name: 'get_diagnostics', args: path === undefined ? {} : { path } }))
  const applied: string[] = []
  let left: Diagnostic[] = []
  for (let round = 1; ; round += 1) {
    const results = yield { text: round === 1 ? 'I look at the diagnostics.' : 'I look again.', calls: look }
    const why = results.map(failureOf).find((failure) => failure !== undefined)
    if (why !== undefined) return { ok: false, text: `I could not get the diagnostics: ${why}` }
    const found = results.flatMap(({ content }) => readDiagnostics(content))
    const isNoBetter = round > 1 && found.length >= left.length
    left = found
    const { titles, edits } = firstFixes(found)
    if (isNoBetter || titles.length === 0 || round > ROUNDS) break
    if ((yield* applyFixes(edits, `I apply ${plural(titles.length, 'fix', 'fixes')}: ${listed(titles, 4)}.`)) === 0) break
    applied.push(...titles)
  }
  const rest = left.filter(({ severity }) => severity !== 'hint').map(({ path, line, message }) => `${path}:${line}: ${message}`)
  const did = applied.length > 0 ? `I applied ${plural(applied.length, 'quick fix', 'quick fixes')}: ${listed(applied, 6)}.` : ''
  if (rest.length === 0) return { ok: true, text: did === '' ? 'There is nothing to fix: no diagnostics.' : `${did} No diagnostics are left.` }
  return { ok: false, text: [did, `The language server offers no fix that helps for ${plural(rest.length, 'diagnostic')}: ${listed(rest, 5)}`].filter(Boolean).join(' ') }
}
