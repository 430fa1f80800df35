import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const COMPANIONS = ['-wal', '-shm'] as const

/**
 * Whether the file is certainly no database of ours, by its first bytes: nothing is opened by SQLite, which would throw away
 * a write-ahead log that lies beside a missing or emptied database. Only before this process has the database open.
 */
export function looksDamaged(path: string): boolean {
  const size = sizeOf(path)
  if (size === 0) return sizeOf(`${path}-wal`) > 0
  if (size < HEADER_BYTES) return true
  const head = Buffer.alloc(HEADER_BYTES)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  return !isHeader(head)
}

/** The fixed parts of the header; https://sqlite.org/fileformat.html#the_database_header */
function isHeader(head: Buffer): boolean {
  const pageSize = head.readUInt16BE(16)
  return (
    head.toString('latin1', 0, MAGIC.length) === MAGIC &&
    (pageSize === 1 || (pageSize >= 512 && (pageSize & (pageSize - 1)) === 0)) &&
    head[21] === 64 &&
    head[22] === 32 &&
    head[23] === 32
  )
}

/**
 * Moves a damaged database aside whole, with its log, under a name that nothing has yet; returns that name. The caller owns
 * the data folder. The database goes first: left behind without its log it could open as a shorter, valid one.
 */
export function putAside(path: string, now: number): string {
  const target = freeName(path, now)
  for (const suffix of ['', ...COMPANIONS]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)
  }
  syncFolder(dirname(path))
  return target
}

function freeName(path: string, now: number): string {
  const base = `${path}.damaged-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}`
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${count}`
    if (['', ...COMPANIONS].every((suffix) => !existsSync(name + suffix))) return name
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function syncFolder(dir: string): void {
  // Windows cannot open a folder; there renames are journaled by the file system itself.
  if (process.platform === 'win32') return
  const folder = openSync(dir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
