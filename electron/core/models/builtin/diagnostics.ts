import { z } from 'zod'

const place = z.int().min(1)
const editSchema = z.object({ path: z.string(), line: place, column: place, endLine: place, endColumn: place, newText: z.string() })
/** A replaced stretch of a file; lines and columns count from 1, `endColumn` is behind the last. */
export type TextEdit = z.infer<typeof editSchema>

export interface Diagnostic {
  path: string
  line: number
  severity: string
  message: string
  fixes: Array<{ title: string; edits: TextEdit[] }>
}

const HEAD = /^(.+?):(\d+):\d+ (error|warning|information|hint) (.*)$/
const FIX = /^ {2}fix: (.*?) (\[\{.*\}\])$/

function readEdits(json: string): TextEdit[] {
  try {
    return z.array(editSchema).parse(JSON.parse(json))
  } catch {
    // A fix that cannot be read is one that is not offered.
    return []
  }
}

/** The diagnostics of a `get_diagnostics` result: a line each, and below it a line for each fix, its edits as JSON at the end. */
export function readDiagnostics(content: string): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const line of content.split('\n')) {
    const [, path, at, severity = '', message = ''] = HEAD.exec(line) ?? []
    const [, title = '', json] = FIX.exec(line) ?? []
    if (path !== undefined) found.push({ path, line: Number(at), severity, message, fixes: [] })
    else if (json !== undefined) found.at(-1)?.fixes.push({ title, edits: readEdits(json) })
  }
  return found
}

/** Applies edits that do not overlap; undefined where one lies outside the text, or two overlap. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  const starts = [0]
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1)
  const offsetOf = (line: number, column: number): number => (starts[line - 1] ?? Number.NaN) + column - 1
  const spans = edits.map((edit) => ({ from: offsetOf(edit.line, edit.column), to: offsetOf(edit.endLine, edit.endColumn), newText: edit.newText })).toSorted((a, b) => a.from - b.from)
  let result = ''
  let done = 0
  for (const { from, to, newText } of spans) {
    if (!(from >= done && to >= from && to <= text.length)) return undefined
    result += text.slice(done, from) + newText
    done = to
  }
  return result + text.slice(done)
}
