import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { RainyError } from '../../../shared/errors.ts'
import { makeFolder } from '../platform/make-folder.ts'

/**
 * Two that try at the same instant can make each other give way; SQLite's own back-off then lets exactly one through. So
 * the try is not quite without waiting.
 */
const TRY_MS = 100

export interface OwnerLock {
  release(): void
}

/**
 * An exclusive transaction on a file of its own, open for the owner's life. The system drops it at any death, so no pid is
 * ever guessed at. Null: another process has it.
 *
 * The file must never be opened by anything but SQLite: closing any descriptor of it would drop the lock (POSIX).
 */
export function tryOwnerLock(path: string): OwnerLock | null {
  try {
    makeFolder(dirname(path), 0o700)
  } catch (error) {
    throw unopenable(path, error)
  }
  return lock(path, { statement: 'BEGIN EXCLUSIVE', timeoutMs: TRY_MS })
}

/** Whether someone holds the lock now. Creates nothing, and those who only look do not keep each other out. */
export function isOwnerLockHeld(path: string): boolean {
  if (!existsSync(path)) return false
  const held = lock(path, { statement: 'SELECT count(*) FROM sqlite_schema', timeoutMs: 0 })
  held?.release()
  return held === null
}

function lock(path: string, { statement, timeoutMs }: { statement: string; timeoutMs: number }): OwnerLock | null {
  let raw: Database.Database | undefined
  try {
    raw = new Database(path, { timeout: timeoutMs })
    raw.exec(statement)
  } catch (error) {
    raw?.close()
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return null
    throw unopenable(path, error)
  }
  const held = raw
  return { release: () => void held.close() }
}

export function unopenable(path: string, cause: unknown): RainyError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RainyError('DB_UNOPENABLE', `The data folder cannot be used: ${path}: ${why}. Make it writable, or give another with --data-dir.`, {
    cause,
    details: { path },
  })
}
