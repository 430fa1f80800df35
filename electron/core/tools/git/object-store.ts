import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { inflateSync } from 'node:zlib'
import { RainyError } from '../../../../shared/errors.ts'
import { readRegular } from '../../workspace/read-regular.ts'
import { openPackIndex, type PackIndex } from './pack-index.ts'

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

export interface GitObject {
  type: ObjectType
  content: Buffer
}

/**
 * Reads objects, loose and packed. isomorphic-git reads a whole pack into memory to take one object from it; here only what
 * is asked for is read. Formats: gitformat-pack(5).
 */
export interface ObjectStore {
  /** Throws NOT_A_REPOSITORY where the object is missing or damaged. */
  read(oid: string): GitObject
  has(oid: string): boolean
}

const PACKED_TYPES: Record<number, ObjectType> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }
const OFFSET_DELTA = 6
const REF_DELTA = 7
const DELTA_DEPTH_LIMIT = 4096
export const OBJECT_LIMIT_BYTES = 256 * 1024 * 1024
const ALTERNATES_LIMIT = 16

export function createObjectStore(objectsDir: string): ObjectStore {
  const folders = withAlternates(objectsDir)
  let packs: PackIndex[] | undefined
  const findPacked = (oid: string): { pack: PackIndex; offset: number } | undefined => {
    const search = (): { pack: PackIndex; offset: number } | undefined => {
      for (const pack of packs ?? []) {
        const offset = pack.offsetOf(oid)
        if (offset !== undefined) return { pack, offset }
      }
      return undefined
    }
    const known = packs && search()
    if (known) return known
    // A pack may have come since: a fetch, or git's own housekeeping.
    packs = listPacks(folders, packs ?? [])
    return search()
  }
  const loosePath = (oid: string): string | undefined =>
    folders.map((folder) => join(folder, oid.slice(0, 2), oid.slice(2))).find((path) => statSync(path, { throwIfNoEntry: false }))

  const store: ObjectStore = {
    has: (oid) => loosePath(oid) !== undefined || findPacked(oid) !== undefined,
    read(oid) {
      try {
        const loose = loosePath(oid)
        if (loose) return parseLoose(readRegular(loose))
        const packed = findPacked(oid)
        if (packed) return readPacked(packed.pack, packed.offset, store)
      } catch (error) {
        if (error instanceof RainyError) throw error
        throw new RainyError('NOT_A_REPOSITORY', `The git object ${oid} is damaged. Run "git fsck".`, { cause: error })
      }
      throw new RainyError('NOT_A_REPOSITORY', `The git object ${oid} is missing. Run "git fsck".`)
    },
  }
  return store
}

function parseLoose(compressed: Buffer): GitObject {
  const bytes = inflateSync(compressed, { maxOutputLength: OBJECT_LIMIT_BYTES })
  const end = bytes.indexOf(0)
  const type = bytes.toString('latin1', 0, end).split(' ')[0] as ObjectType
  if (!Object.values(PACKED_TYPES).includes(type)) throw new Error('unknown object type')
  return { type, content: bytes.subarray(end + 1) }
}

function readPacked(pack: PackIndex, start: number, store: ObjectStore): GitObject {
  const descriptor = openSync(pack.packPath, 'r')
  try {
    const deltas: Buffer[] = []
    for (let offset = start; deltas.length < DELTA_DEPTH_LIMIT; ) {
      const entry = readEntry(descriptor, offset)
      const type = PACKED_TYPES[entry.type]
      if (type) return { type, content: deltas.reduceRight(applyDelta, entry.content) }
      deltas.push(entry.content)
      if (entry.type === OFFSET_DELTA) offset -= entry.back
      else if (entry.type === REF_DELTA) {
        const base = store.read(entry.base)
        return { type: base.type, content: deltas.reduceRight(applyDelta, base.content) }
      } else throw new Error('unknown pack entry')
    }
    throw new Error('delta chain too long')
  } finally {
    closeSync(descriptor)
  }
}

function readEntry(descriptor: number, offset: number): { type: number; content: Buffer; back: number; base: string } {
  const head = readAt(descriptor, offset, 64)
  let at = 0
  let byte = head[at++]!
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let shift = 4; byte & 0x80; shift += 7) {
    byte = head[at++]!
    size += (byte & 0x7f) * 2 ** shift
  }
  if (size > OBJECT_LIMIT_BYTES) throw new Error('object too large')
  let back = 0
  let base = ''
  if (type === OFFSET_DELTA) {
    byte = head[at++]!
    back = byte & 0x7f
    while (byte & 0x80) {
      byte = head[at++]!
      back = (back + 1) * 128 + (byte & 0x7f)
    }
  } else if (type === REF_DELTA) {
    base = head.toString('hex', at, at + 20)
    at += 20
  }
  // What deflate can make of `size` bytes at the very most; what follows the stream is passed over.
  const compressed = readAt(descriptor, offset + at, size + (size >> 10) + 128)
  return { type, content: inflateSync(compressed, { maxOutputLength: Math.max(1, size) }), back, base }
}

function readAt(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset))
}

function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (!(byte & 0x80)) return value
    }
  }
  if (number() !== base.length) throw new Error('delta of another base')
  const size = number()
  if (size > OBJECT_LIMIT_BYTES) throw new Error('object too large')
  const result = Buffer.allocUnsafe(size)
  let written = 0
  while (at < delta.length) {
    const command = delta[at++]!
    if (command & 0x80) {
      let offset = 0
      let length = 0
      for (let bit = 0; bit < 4; bit += 1) if (command & (1 << bit)) offset += delta[at++]! * 2 ** (8 * bit)
      for (let bit = 0; bit < 3; bit += 1) if (command & (0x10 << bit)) length += delta[at++]! * 2 ** (8 * bit)
      written += base.copy(result, written, offset, offset + (length || 0x10000))
    } else {
      written += delta.copy(result, written, at, at + command)
      at += command
    }
  }
  if (written !== size) throw new Error('delta of another length')
  return result
}

function listPacks(folders: string[], known: PackIndex[]): PackIndex[] {
  const packs: PackIndex[] = []
  for (const folder of folders) {
    const packFolder = join(folder, 'pack')
    const names = statSync(packFolder, { throwIfNoEntry: false }) ? readdirSync(packFolder) : []
    for (const name of names.filter((one) => one.endsWith('.idx'))) {
      const path = join(packFolder, name)
      packs.push(known.find((pack) => pack.path === path) ?? openPackIndex(path))
    }
  }
  return packs
}

function withAlternates(objectsDir: string): string[] {
  const folders = [objectsDir]
  for (let index = 0; index < folders.length && folders.length < ALTERNATES_LIMIT; index += 1) {
    const path = join(folders[index]!, 'info/alternates')
    if (!statSync(path, { throwIfNoEntry: false })) continue
    for (const line of readRegular(path).toString('utf8').split('\n')) {
      if (line !== '' && !line.startsWith('#')) folders.push(resolve(folders[index]!, line))
    }
  }
  return folders
}
