import { createHash } from 'node:crypto'
import { RainyError } from '../../../../shared/errors.ts'

/** One path at one stage of the index. Times are in ms, as `lstat` gives them. */
export interface IndexEntry {
  path: string
  /** 0, or 1 to 3 of a conflict: base, ours, theirs. */
  stage: number
  mode: number
  oid: string
  ctimeMs: number
  mtimeMs: number
  /** False where whoever wrote the entry kept whole seconds only. */
  hasNanoseconds: boolean
  ino: number
  uid: number
  gid: number
  size: number
  assumeUnchanged: boolean
  skipWorktree: boolean
  intentToAdd: boolean
  /** The entry's ten stat words as they stand in the file. */
  stat: Buffer
}

/** A folder of the index whose tree object git remembers; `entries` < 0: it does not hold any more. */
export interface CachedTree {
  entries: number
  oid: string
  children: Map<string, CachedTree>
}

export interface GitIndex {
  /** In the index's order: by path, then by stage. */
  entries: IndexEntry[]
  cachedTree: CachedTree | undefined
}

const EXTENDED = 0x4000
const NAME_MASK = 0xfff
const HASH_BYTES = 20
const STAT_BYTES = 40

/** gitformat-index(5), versions 2 to 4. Throws NOT_A_REPOSITORY for what cannot be understood. */
export function parseIndex(bytes: Buffer): GitIndex {
  try {
    return parse(bytes)
  } catch (error) {
    throw new RainyError('NOT_A_REPOSITORY', `The git index cannot be read (${error instanceof Error ? error.message : String(error)}). Run "git status" to see what is wrong.`, { cause: error })
  }
}

function parse(bytes: Buffer): GitIndex {
  if (bytes.toString('latin1', 0, 4) !== 'DIRC') throw new Error('not an index')
  const version = bytes.readUInt32BE(4)
  if (version < 2 || version > 4) throw new Error(`version ${version}`)
  const count = bytes.readUInt32BE(8)
  const entries: IndexEntry[] = []
  let at = 12
  let previous = Buffer.alloc(0)
  for (let index = 0; index < count; index += 1) {
    const start = at
    const flags = bytes.readUInt16BE(start + STAT_BYTES + HASH_BYTES)
    at = start + STAT_BYTES + HASH_BYTES + 2
    const extended = version >= 3 && (flags & EXTENDED) !== 0 ? bytes.readUInt16BE(at) : 0
    if (version >= 3 && flags & EXTENDED) at += 2
    let strip = 0
    if (version === 4) {
      let byte = bytes.readUInt8(at++)
      strip = byte & 0x7f
      while (byte & 0x80) {
        byte = bytes.readUInt8(at++)
        strip = (strip + 1) * 128 + (byte & 0x7f)
      }
    }
    const known = flags & NAME_MASK
    const end = version < 4 && known < NAME_MASK ? at + known : bytes.indexOf(0, at)
    if (end < at || end >= bytes.length - HASH_BYTES) throw new Error('a name without end')
    let path: string
    if (version === 4) {
      previous = Buffer.concat([previous.subarray(0, previous.length - strip), bytes.subarray(at, end)])
      path = previous.toString()
      at = end + 1
    } else {
      path = bytes.toString('utf8', at, end)
      at = start + ((end - start + 8) & ~7)
    }
    entries.push(entryAt(bytes, start, path, flags, extended))
  }
  return { entries, cachedTree: parseExtensions(bytes, at) }
}

function entryAt(bytes: Buffer, start: number, path: string, flags: number, extended: number): IndexEntry {
  const word = (index: number): number => bytes.readUInt32BE(start + 4 * index)
  const ctimeNs = word(1)
  const mtimeNs = word(3)
  return {
    path,
    stage: (flags >> 12) & 3,
    mode: word(6),
    oid: bytes.toString('hex', start + STAT_BYTES, start + STAT_BYTES + HASH_BYTES),
    ctimeMs: word(0) * 1000 + ctimeNs / 1e6,
    mtimeMs: word(2) * 1000 + mtimeNs / 1e6,
    hasNanoseconds: (ctimeNs | mtimeNs) !== 0,
    ino: word(5),
    uid: word(7),
    gid: word(8),
    size: word(9),
    assumeUnchanged: (flags & 0x8000) !== 0,
    skipWorktree: (extended & 0x4000) !== 0,
    intentToAdd: (extended & 0x2000) !== 0,
    stat: bytes.subarray(start, start + STAT_BYTES),
  }
}

/** An extension in lower case must be understood: split and sparse-directory indexes are not. */
function parseExtensions(bytes: Buffer, start: number): CachedTree | undefined {
  let tree: CachedTree | undefined
  for (let at = start; at + 8 <= bytes.length - HASH_BYTES; ) {
    const name = bytes.toString('latin1', at, at + 4)
    const size = bytes.readUInt32BE(at + 4)
    if (/^[a-z]/.test(name)) throw new Error(`extension ${name}`)
    if (name === 'TREE') tree = parseCachedTree(bytes.subarray(at + 8, at + 8 + size))
    at += 8 + size
  }
  return tree
}

function parseCachedTree(bytes: Buffer): CachedTree | undefined {
  let at = 0
  const next = (depth: number): { name: string; tree: CachedTree } => {
    if (depth > 4096) throw new Error('cached tree too deep')
    const nameEnd = bytes.indexOf(0, at)
    const lineEnd = bytes.indexOf(10, nameEnd)
    if (nameEnd < 0 || lineEnd < 0) throw new Error('cached tree cut short')
    const name = bytes.toString('utf8', at, nameEnd)
    const [entries, subtrees] = bytes.toString('latin1', nameEnd + 1, lineEnd).split(' ').map(Number) as [number, number]
    at = lineEnd + 1
    const tree: CachedTree = { entries, oid: '', children: new Map() }
    if (entries >= 0) {
      tree.oid = bytes.toString('hex', at, at + HASH_BYTES)
      at += HASH_BYTES
    }
    for (let count = 0; count < subtrees; count += 1) {
      const child = next(depth + 1)
      tree.children.set(child.name, child.tree)
    }
    return { name, tree }
  }
  return bytes.length === 0 ? undefined : next(0).tree
}

/** An index of version 2, or 3 where an entry needs it, without extensions: git makes those again when it next writes. */
export function serializeIndex(entries: IndexEntry[]): Buffer {
  const parts: Buffer[] = []
  let version = 2
  for (const entry of entries.toSorted(compareEntries)) {
    const name = Buffer.from(entry.path)
    const extended = (entry.skipWorktree ? 0x4000 : 0) | (entry.intentToAdd ? 0x2000 : 0)
    if (extended) version = 3
    const fixed = STAT_BYTES + HASH_BYTES + (extended ? 4 : 2)
    const record = Buffer.alloc((fixed + name.length + 8) & ~7)
    entry.stat.copy(record)
    record.writeUInt32BE(entry.mode, 24)
    record.write(entry.oid, STAT_BYTES, 'hex')
    record.writeUInt16BE((entry.assumeUnchanged ? 0x8000 : 0) | (extended ? EXTENDED : 0) | (entry.stage << 12) | Math.min(name.length, NAME_MASK), 60)
    if (extended) record.writeUInt16BE(extended, 62)
    name.copy(record, fixed)
    parts.push(record)
  }
  const header = Buffer.alloc(12)
  header.write('DIRC', 'latin1')
  header.writeUInt32BE(version, 4)
  header.writeUInt32BE(entries.length, 8)
  const body = Buffer.concat([header, ...parts])
  return Buffer.concat([body, createHash('sha1').update(body).digest()])
}

function compareEntries(a: IndexEntry, b: IndexEntry): number {
  return comparePaths(a.path, b.path) || a.stage - b.stage
}

/** git's order: by bytes. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
