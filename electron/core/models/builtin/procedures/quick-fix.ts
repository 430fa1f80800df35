import { z } from 'zod'
import { dataOf, failureOf } from '../results.ts'
import type { Procedure, RulesCall } from '../types.ts'
import { listed, plural } from '../words.ts'

const ROUNDS = 3

const editSchema = z.object({ find: z.string().min(1), replace: z.string() })
/** A fix as `get_diagnostics` gives it: edits in the arguments' form of `edit_file`, file by file. */
const fixSchema = z.object({ title: z.string(), edits: z.array(z.object({ path: z.string(), edits: z.array(editSchema) })) })
const diagnosticSchema = z.object({ path: z.string(), line: z.int(), severity: z.string(), message: z.string(), fixes: z.array(fixSchema).optional() })
const diagnosticsSchema = z.object({ diagnostics: z.array(diagnosticSchema) })
type Diagnostic = z.infer<typeof diagnosticSchema>

/** The first fix of each diagnostic, one a file: the edits of the others may no longer fit behind it. */
function firstFixes(diagnostics: Diagnostic[]): { titles: string[]; calls: RulesCall[] } {
  const edits = new Map<string, Array<z.infer<typeof editSchema>>>()
  const titles: string[] = []
  for (const { fixes } of diagnostics) {
    const fix = fixes?.[0]
    if (!fix || fix.edits.length === 0 || fix.edits.some(({ path }) => edits.has(path))) continue
    titles.push(fix.title)
    for (const { path, edits: own } of fix.edits) edits.set(path, own)
  }
  return { titles, calls: [...edits].map(([path, own]) => ({ name: 'edit_file', args: { path, edits: own } })) }
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
    const found = results.flatMap((result) => dataOf(result, diagnosticsSchema)?.diagnostics ?? [])
    const worse = round > 1 && found.length >= left.length
    left = found
    const { titles, calls } = firstFixes(found)
    if (worse || calls.length === 0 || round > ROUNDS) break
    const edited = yield { text: `I apply ${plural(titles.length, 'fix', 'fixes')}: ${listed(titles, 4)}.`, calls }
    if (edited.every((result) => failureOf(result) !== undefined)) break
    applied.push(...titles)
  }
  const rest = left.filter(({ severity }) => severity !== 'hint').map(({ path, line, message }) => `${path}:${line}: ${message}`)
  const did = applied.length > 0 ? `I applied ${plural(applied.length, 'quick fix', 'quick fixes')}: ${listed(applied, 6)}.` : ''
  if (rest.length === 0) return { ok: true, text: did === '' ? 'There is nothing to fix: no diagnostics.' : `${did} No diagnostics are left.` }
  return { ok: false, text: [did, `The language server offers no fix that helps for ${plural(rest.length, 'diagnostic')}: ${listed(rest, 5)}`].filter(Boolean).join(' ') }
}
