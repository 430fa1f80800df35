import type { Side } from './head-changes.ts'
import { isRegular } from './tree-object.ts'

/** diffcore-rename.c, with git's default of 50 % and its default limit. */
const MAX_SCORE = 60_000
const MINIMUM_SCORE = MAX_SCORE / 2
const BASENAME_SCORE = MINIMUM_SCORE + (MAX_SCORE - MINIMUM_SCORE) / 2
const RENAME_LIMIT = 1000
const CANDIDATES = 4
const HASH_BASE = 107_927
const CHUNK_BYTES = 64

export interface RenameOptions {
  content(side: Side): Buffer
}

/** Which added files are deleted ones that moved: new path → old path. */
export function findRenames(deleted: Side[], added: Side[], { content }: RenameOptions): Map<string, string> {
  const found = new Map<string, string>()
  const left = new Map(deleted.map((side) => [side.path, side]))
  const take = (from: Side, to: Side): void => {
    found.set(to.path, from.path)
    left.delete(from.path)
  }
  for (const to of added) {
    const same = [...left.values()].filter((from) => from.oid === to.oid && (from.mode === to.mode || (isRegular(from.mode) && isRegular(to.mode))))
    const best = same.find((from) => basename(from.path) === basename(to.path)) ?? same[0]
    if (best) take(best, to)
  }
  const open = (): Side[] => added.filter((to) => !found.has(to.path) && isRegular(to.mode))
  const sources = (): Side[] => [...left.values()].filter((from) => isRegular(from.mode))
  if (sources().length * open().length > RENAME_LIMIT ** 2) return found

  const prints = new Map<Side, Fingerprint>()
  const print = (side: Side): Fingerprint => {
    const known = prints.get(side)
    if (known) return known
    const made = fingerprint(content(side))
    prints.set(side, made)
    return made
  }
  const score = (from: Side, to: Side): number => similarity(print(from), print(to))

  const uniqueFrom = uniqueBasenames(sources())
  for (const [name, to] of uniqueBasenames(open())) {
    const from = uniqueFrom.get(name)
    if (from && score(from, to) >= BASENAME_SCORE) take(from, to)
  }
  const pairs = open().flatMap((to) =>
    sources()
      .map((from) => ({ from, to, score: score(from, to), name: basename(from.path) === basename(to.path) ? 1 : 0 }))
      .filter((pair) => pair.score >= MINIMUM_SCORE)
      .toSorted((a, b) => b.score - a.score || b.name - a.name)
      .slice(0, CANDIDATES),
  )
  for (const pair of pairs.toSorted((a, b) => b.score - a.score || b.name - a.name)) {
    if (left.has(pair.from.path) && !found.has(pair.to.path)) take(pair.from, pair.to)
  }
  return found
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function uniqueBasenames(sides: Side[]): Map<string, Side> {
  const byName = new Map<string, Side[]>()
  for (const side of sides) byName.set(basename(side.path), [...(byName.get(basename(side.path)) ?? []), side])
  return new Map([...byName].flatMap(([name, all]) => (all.length === 1 ? [[name, all[0]!] as const] : [])))
}

interface Fingerprint {
  size: number
  /** Hash of a line, or of 64 bytes of a long one → how many bytes have it. */
  chunks: Map<number, number>
}

/** diffcore-delta.c, hash_chars: the last line counts only where it ends. */
function fingerprint(bytes: Buffer): Fingerprint {
  const chunks = new Map<number, number>()
  const isText = !bytes.subarray(0, 8000).includes(0)
  let first = 0
  let second = 0
  let length = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (isText && byte === 13 && bytes[at + 1] === 10) continue
    const old = first
    first = ((first << 7) ^ (second >>> 25)) >>> 0
    second = ((second << 7) ^ (old >>> 25)) >>> 0
    first = (first + byte) >>> 0
    length += 1
    if (length < CHUNK_BYTES && byte !== 10) continue
    const hash = ((first + Math.imul(second, 0x61)) >>> 0) % HASH_BASE
    chunks.set(hash, (chunks.get(hash) ?? 0) + length)
    first = second = length = 0
  }
  return { size: bytes.length, chunks }
}

function similarity(from: Fingerprint, to: Fingerprint): number {
  const larger = Math.max(from.size, to.size)
  const difference = larger - Math.min(from.size, to.size)
  if (to.size === 0 || larger * (MAX_SCORE - MINIMUM_SCORE) < difference * MAX_SCORE) return 0
  let copied = 0
  for (const [hash, count] of from.chunks) copied += Math.min(count, to.chunks.get(hash) ?? 0)
  return Math.trunc((copied * MAX_SCORE) / larger)
}
