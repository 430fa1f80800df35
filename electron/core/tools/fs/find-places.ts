/** Where an edit lands, and what stands there afterwards: the replacement, its indentation put right where the text's had drifted. */
export interface Place {
  start: number
  end: number
  replacement: string
}

/** Texts shorter than this, white space not counted, are too little to be told apart by anything but exact equality. */
const LOOSE_MINIMUM_CHARS = 4

/**
 * All places of a text, by the strictest way of looking that finds any: exactly; with other white space at the ends of lines or
 * without the last line's end; with all lines indented otherwise; with other white space inside lines. A looser way is tried only
 * where the stricter ones find nothing, and finds whole lines alone: so text is never taken for a part of another word.
 * Line ends are LF on both sides.
 */
export function findPlaces(text: string, find: string, replace: string): Place[] {
  const exact = exactPlaces(text, find, replace)
  if (exact.length > 0) return exact
  if (find.replaceAll(/\s/gu, '').length < LOOSE_MINIMUM_CHARS) return []
  const file = linesOf(text)
  const wanted = trimBlankLines(find)
  for (const look of [ignoringLineEnds, ignoringIndentation, ignoringSpaces]) {
    const places = blockPlaces(text, file, wanted, replace, look)
    if (places.length > 0) return places
  }
  return wanted.length === 1 ? piecePlaces(text, find, replace) : []
}

function exactPlaces(text: string, find: string, replace: string): Place[] {
  const places: Place[] = []
  for (let at = text.indexOf(find); at !== -1; at = text.indexOf(find, at + find.length)) places.push({ start: at, end: at + find.length, replacement: replace })
  return places
}

interface Line {
  text: string
  start: number
  end: number
}

function linesOf(text: string): Line[] {
  const lines: Line[] = []
  for (let start = 0; start <= text.length; ) {
    const at = text.indexOf('\n', start)
    const end = at === -1 ? text.length : at
    lines.push({ text: text.slice(start, end), start, end })
    start = end + 1
  }
  return lines
}

/** Blank lines before and after are what models add most, and what says least. */
function trimBlankLines(text: string): string[] {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(first, last + 1)
}

/** The form in which two lines are compared. */
type Look = (line: string) => string

const ignoringLineEnds: Look = (line) => line.trimEnd()
const ignoringIndentation: Look = (line) => line.trim()
const ignoringSpaces: Look = (line) => line.trim().replaceAll(/\s+/gu, ' ').replaceAll(/ ?([^\w\s]) ?/gu, '$1')

function blockPlaces(text: string, file: Line[], wanted: string[], replace: string, look: Look): Place[] {
  const seen = file.map(({ text: line }) => look(line))
  const forms = wanted.map(look)
  const places: Place[] = []
  for (let at = 0; at + forms.length <= file.length; at += 1) {
    if (!forms.every((form, offset) => form === seen[at + offset])) continue
    const block = file.slice(at, at + forms.length)
    const replacement = look === ignoringLineEnds ? trimmed(replace) : indentedAs(trimmed(replace), wanted, block)
    const [first, last] = [block[0], block.at(-1)]
    if (replacement === undefined || !first || !last) continue
    places.push(spanOf(text, first, last, replacement))
    at += forms.length - 1
  }
  return places
}

/** Nothing in place of whole lines takes their last end away too. */
function spanOf(text: string, first: Line, last: Line, replacement: string): Place {
  if (replacement !== '' || last.end === text.length) return { start: first.start, end: last.end, replacement }
  return { start: first.start, end: last.end + 1, replacement }
}

function trimmed(replace: string): string {
  return trimBlankLines(replace).join('\n')
}

/**
 * The replacement with the indentation that the file really has. Each line of the text that was looked for says what its
 * indentation is in the file; undefined where they say different things, since then it is not the same block.
 */
function indentedAs(replace: string, wanted: string[], block: Line[]): string | undefined {
  const known = new Map<string, string>()
  for (const [at, line] of wanted.entries()) {
    if (line.trim() === '') continue
    const asked = indentOf(line)
    const real = indentOf(block[at]?.text ?? '')
    if ((known.get(asked) ?? real) !== real) return undefined
    known.set(asked, real)
  }
  const shortest = [...known.keys()].toSorted((a, b) => a.length - b.length)[0] ?? ''
  const lines = replace.split('\n').map((line) => {
    if (line.trim() === '') return line.trim()
    const asked = indentOf(line)
    const exact = known.get(asked)
    if (exact !== undefined) return exact + line.slice(asked.length)
    // The longest known indentation that it begins with, and the rest of its own.
    const base = [...known.keys()].filter((indent) => asked.startsWith(indent)).toSorted((a, b) => b.length - a.length)[0]
    if (base !== undefined) return (known.get(base) ?? '') + line.slice(base.length)
    return shortened(known.get(shortest) ?? '', shortest.length - asked.length) + line.slice(asked.length)
  })
  return lines.join('\n')
}

/** A line that stands less deep than all that was looked for. */
function shortened(indent: string, by: number): string {
  return indent.slice(0, Math.max(0, indent.length - Math.max(0, by)))
}

function indentOf(line: string): string {
  return /^[ \t]*/u.exec(line)?.[0] ?? ''
}

/** Part of one line, the spaces in it being of another length. */
function piecePlaces(text: string, find: string, replace: string): Place[] {
  const words = find.trim().split(/[ \t]+/u)
  if (words.length < 2 || find.includes('\n')) return []
  const pattern = new RegExp(words.map((word) => word.replaceAll(/[$()*+./?[\\\]^{|}]/gu, String.raw`\$&`)).join('[ \\t]+'), 'gu')
  return Array.from(text.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length, replacement: replace.trim() }))
}
