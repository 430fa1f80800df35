/** Files longer than this are not searched for what is near, in lines. */
const LINES_LIMIT = 20_000
const LINE_COMPARED_CHARS = 300
const EXCERPT_LINES = 12
const LEAST_LIKENESS = 0.5

export interface NearestLines {
  /** From 1, ends included. */
  from: number
  to: number
  /** The lines, each with its number. */
  excerpt: string
}

/** The lines that are most like a text, for the error that says that the text itself is not there. */
export function nearestLines(text: string, find: string): NearestLines | undefined {
  const lines = text.split('\n').slice(0, LINES_LIMIT)
  const wanted = find.split('\n').filter((line) => line.trim() !== '')
  const anchor = wanted.toSorted((a, b) => b.trim().length - a.trim().length)[0]
  if (anchor === undefined) return undefined
  const pairs = pairsOf(anchor)
  let best = { at: -1, likeness: LEAST_LIKENESS }
  for (const [at, line] of lines.entries()) {
    const likeness = line.trim() === '' ? 0 : likenessOf(pairs, pairsOf(line))
    if (likeness > best.likeness) best = { at, likeness }
  }
  if (best.at === -1) return undefined
  const first = Math.max(0, best.at - wanted.indexOf(anchor))
  const block = lines.slice(first, first + Math.min(wanted.length, EXCERPT_LINES))
  return { from: first + 1, to: first + block.length, excerpt: block.map((line, offset) => `${first + offset + 1}: ${line.slice(0, LINE_COMPARED_CHARS)}`).join('\n') }
}

/** Pairs of letters that follow each other, white space left out. */
function pairsOf(line: string): Map<string, number> {
  const letters = line.replaceAll(/\s+/gu, '').slice(0, LINE_COMPARED_CHARS)
  const pairs = new Map<string, number>()
  for (let at = 0; at < letters.length; at += 1) {
    const pair = letters.slice(at, at + 2)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  return pairs
}

/** Dice's coefficient: 1 where both have the same pairs, 0 where they share none. */
function likenessOf(a: Map<string, number>, b: Map<string, number>): number {
  let shared = 0
  let total = 0
  for (const [pair, count] of a) {
    shared += Math.min(count, b.get(pair) ?? 0)
    total += count
  }
  for (const count of b.values()) total += count
  return total === 0 ? 0 : (2 * shared) / total
}
