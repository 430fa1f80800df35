import { existsSync } from 'node:fs'
import { RainyError } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import type { Log } from '../platform/log.ts'
import type { DataPaths } from '../platform/paths.ts'
import { looksDamaged, putAside } from './damaged-database.ts'
import { openDatabase } from './database.ts'
import type { Db } from './database.ts'
import { isBehind, measure, readMark, writeMark } from './high-water-mark.ts'
import type { HighWaterMark } from './high-water-mark.ts'
import { isOwnerLockHeld, tryOwnerLock, unopenable } from './owner-lock.ts'

/** How often the high-water mark follows the database, in ms. */
const MARK_EVERY_MS = 5000

export type OwnerKind = 'command' | 'serve' | 'app'

export interface OwnerInfo {
  pid: number
  epoch: number
  kind: string
  version: string
}

/**
 * The right to write. Invariants:
 * 1. At most one process has it, and it ends with the process, however that dies.
 * 2. `epoch` is greater than every earlier owner's, also after a damaged database was put aside.
 * 3. The database is open for exactly as long as the right is held.
 */
export interface Ownership {
  readonly epoch: number
  readonly db: Db
  /** Where a damaged database was put, if this start found one; the user must be told. */
  readonly putAside: string | undefined
  /** Set if the database had lost its tail: what it was known to hold, and what it holds. The user must be told. */
  readonly lostTail: { expected: HighWaterMark; found: HighWaterMark } | undefined
  /** Closes the database and gives the right up. */
  release(): void
}

export interface OwnershipOptions {
  paths: DataPaths
  kind: OwnerKind
  clock: Clock
  version: string
  log?: Log
}

/** Null: another process is the owner. Throws DB_UNOPENABLE and DB_TOO_NEW; what is damaged is put aside and begun anew. */
export function acquireOwnership(options: OwnershipOptions): Ownership | null {
  const lock = tryOwnerLock(options.paths.lock)
  if (!lock) return null
  try {
    return begin(options, () => lock.release())
  } catch (error) {
    lock.release()
    throw error
  }
}

/** The living owner, by the newest row of the database; zeros where it has not come so far yet. Undefined: none lives. */
export function currentOwner(paths: DataPaths, clock: Clock): OwnerInfo | undefined {
  if (!isOwnerLockHeld(paths.lock)) return undefined
  const unknown: OwnerInfo = { pid: 0, epoch: 0, kind: 'command', version: '' }
  if (!existsSync(paths.database)) return unknown
  let db: Db
  try {
    db = openDatabase({ path: paths.database, clock, readonly: true })
  } catch (error) {
    // The owner is just setting it up.
    if (error instanceof RainyError && error.code === 'DB_UNOPENABLE') return unknown
    throw error
  }
  try {
    return db.prepare<[], OwnerInfo>('SELECT pid, epoch, kind, version FROM owners ORDER BY epoch DESC LIMIT 1').get() ?? unknown
  } finally {
    db.close()
  }
}

function begin(options: OwnershipOptions, unlock: () => void): Ownership {
  const { database } = options.paths
  const mark = readMark(database)
  const { db, putAside, found } = openSound(options)
  let epoch: number
  try {
    epoch = recordOwner(db, options, Math.max(found.epoch, mark?.epoch ?? 0) + 1)
    writeMark(database, measure(db))
  } catch (error) {
    db.close()
    throw error instanceof RainyError ? error : unopenable(database, error)
  }
  let timer: Disposable
  const noteMark = (): void => {
    try {
      writeMark(database, measure(db))
    } catch (error) {
      // A mark that stands still costs a later warning, not data; what fills the disk is met by those who write.
      ;(options.log ?? silentLog).warn('high-water mark not written', { error: String(error) })
    }
  }
  const follow = (): void => {
    noteMark()
    timer = options.clock.after(MARK_EVERY_MS, follow)
  }
  timer = options.clock.after(MARK_EVERY_MS, follow)
  let released = false
  return {
    epoch,
    db,
    putAside,
    lostTail: mark && !putAside && isBehind(found, mark) ? { expected: mark, found } : undefined,
    release() {
      if (released) return
      released = true
      timer[Symbol.dispose]()
      try {
        db.flush()
        noteMark()
      } finally {
        try {
          db.close()
        } finally {
          unlock()
        }
      }
    },
  }
}

function openSound({ paths, clock }: OwnershipOptions): { db: Db; putAside: string | undefined; found: HighWaterMark } {
  try {
    const aside = looksDamaged(paths.database) ? putAside(paths.database, clock.now()) : undefined
    return { ...openMeasured(paths.database, clock), putAside: aside }
  } catch (error) {
    if (!(error instanceof RainyError)) throw unopenable(paths.database, error)
    if (error.code !== 'DB_CORRUPT') throw error
    const aside = putAside(paths.database, clock.now())
    return { ...openMeasured(paths.database, clock), putAside: aside }
  }
}

function openMeasured(path: string, clock: Clock): { db: Db; found: HighWaterMark } {
  const db = openDatabase({ path, clock })
  try {
    return { db, found: measure(db) }
  } catch (error) {
    db.close()
    // A readable first page, broken ones behind it.
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_CORRUPT')) throw new RainyError('DB_CORRUPT', `The database ${path} is damaged.`, { cause: error, details: { path } })
    throw error
  }
}

function recordOwner(db: Db, { kind, version, clock }: OwnershipOptions, epoch: number): number {
  db.transaction(() =>
    db
      .prepare<[number, number, string, string, number]>('INSERT INTO owners (epoch, pid, kind, version, started_at) VALUES (?, ?, ?, ?, ?)')
      .run(epoch, process.pid, kind, version, clock.now()),
  )
  return epoch
}
