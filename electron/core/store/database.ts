import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { RainyError } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { migrate } from './migrate.ts'

/** How long what rides along may wait for another commit, in ms. */
const RIDE_ALONG_MS = 25
const BUSY_TIMEOUT_MS = 5000
/** How SQLite says that the disk is full: in a write, or where its shared memory cannot grow. */
const FULL_CODES: ReadonlySet<string> = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])

/**
 * The one database. Writes happen in transactions that are flushed to disk when they return (WAL, synchronous=FULL).
 *
 * Invariants:
 * 1. When `transaction` returns, all it wrote is on disk, and so is all that rode along.
 * 2. An `afterCommit` hook runs only after that, and never for a transaction that was rolled back: nothing is shown that is not stored.
 * 3. Nested transactions join the outer one: what happened and the event that tells of it share one flush.
 * 4. What rides along stays aboard when a commit fails. A full disk is DISK_FULL.
 */
export interface Db {
  readonly raw: Database.Database
  /** Statements are cached by their text. */
  prepare<Params extends unknown[] | object = unknown[], Row = unknown>(sql: string): Database.Statement<Params extends unknown[] ? Params : [Params], Row>
  transaction<T>(work: () => T): T
  /** Inside a transaction: runs once it is on disk. */
  afterCommit(hook: () => void): void
  /** Writes with the next transaction, or by itself after RIDE_ALONG_MS. Lost if the process dies before. */
  rideAlong(write: () => void): void
  /** Commits what rides along now. */
  flush(): void
  /** Told each time that a write is refused because the disk is full; its transaction was rolled back and threw the same error. */
  onFull(listener: (error: RainyError) => void): Disposable
  close(): void
}

export interface OpenOptions {
  path: string
  clock: Clock
  /** Readers neither migrate nor write. */
  readonly?: boolean
}

export function openDatabase({ path, clock, readonly = false }: OpenOptions): Db {
  const raw = open(path, readonly)
  try {
    raw.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    if (!readonly) {
      raw.pragma('journal_mode = WAL')
      raw.pragma('synchronous = FULL')
      if (process.platform === 'darwin') raw.pragma('fullfsync = ON')
      raw.pragma('foreign_keys = ON')
    }
    migrate(raw, { readonly })
  } catch (error) {
    raw.close()
    throw asOpenError(error, path)
  }
  return createDb(raw, clock)
}

function open(path: string, readonly: boolean): Database.Database {
  if (readonly && !existsSync(path)) throw new RainyError('DB_UNOPENABLE', `There is no database at ${path} yet; start a task first.`)
  try {
    return new Database(path, { readonly })
  } catch (error) {
    throw asOpenError(error, path)
  }
}

function asOpenError(error: unknown, path: string): unknown {
  if (error instanceof RainyError) return error
  if (isFull(error)) return fullError(path, error)
  const code = codeOf(error)
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    return new RainyError('DB_CORRUPT', `The database ${path} is damaged.`, { cause: error, details: { path } })
  }
  return new RainyError('DB_UNOPENABLE', `The database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, { cause: error, details: { path } })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isFull(error: unknown): boolean {
  return FULL_CODES.has(codeOf(error))
}

function fullError(path: string, cause: unknown): RainyError {
  return new RainyError('DISK_FULL', `The disk is full: nothing more can be stored in ${path}. What was stored is whole; free some space, then go on with \`rainy resume\`.`, { cause, details: { path } })
}

function createDb(raw: Database.Database, clock: Clock): Db {
  const statements = new Map<string, Database.Statement<never[], unknown>>()
  let riders: Array<() => void> = []
  let hooks: Array<() => void> = []
  const fullListeners = new Set<(error: RainyError) => void>()
  let timer: Disposable | undefined
  let depth = 0
  let closed = false

  const begin = raw.prepare('BEGIN IMMEDIATE')
  const commit = raw.prepare('COMMIT')
  const rollback = raw.prepare('ROLLBACK')

  function rearm(): void {
    if (riders.length > 0) timer ??= clock.after(RIDE_ALONG_MS, flushLater)
  }

  /** Nobody waits for it: where it is refused, what rides along is still aboard and is tried again. */
  function flushLater(): void {
    timer = undefined
    try {
      db.flush()
    } catch (error) {
      if (!(error instanceof RainyError)) throw error
    }
  }

  /** One transaction with all that rides along; a rider was already told that it may be lost, so its failure is the caller's. */
  function outermost<T>(work: () => T): T {
    const boarding = riders
    riders = []
    timer?.[Symbol.dispose]()
    timer = undefined
    let value: T
    try {
      begin.run()
      depth = 1
      for (const write of boarding) write()
      value = work()
      depth = 0
      commit.run()
    } catch (error) {
      depth = 0
      hooks = []
      riders = [...boarding, ...riders]
      if (raw.inTransaction) rollback.run()
      rearm()
      if (!isFull(error)) throw error
      const full = fullError(raw.name, error)
      for (const listener of fullListeners) listener(full)
      throw full
    }
    const due = hooks
    hooks = []
    for (const hook of due) hook()
    return value
  }

  const db: Db = {
    raw,
    prepare(sql) {
      let statement = statements.get(sql)
      if (!statement) statements.set(sql, (statement = raw.prepare(sql)))
      // The cache holds statements of every shape; the caller states this one's, next to its SQL.
      return statement as never
    },
    transaction(work) {
      return depth > 0 ? work() : outermost(work)
    },
    afterCommit(hook) {
      if (depth === 0) throw new Error('afterCommit outside a transaction')
      hooks.push(hook)
    },
    rideAlong(write) {
      if (closed) return
      if (depth > 0) {
        write()
        return
      }
      riders.push(write)
      rearm()
    },
    flush() {
      if (!closed && riders.length > 0) outermost(() => undefined)
    },
    onFull(listener) {
      fullListeners.add(listener)
      return { [Symbol.dispose]: () => void fullListeners.delete(listener) }
    },
    close() {
      if (closed) return
      try {
        db.flush()
      } finally {
        closed = true
        timer?.[Symbol.dispose]()
        raw.close()
      }
    },
  }
  return db
}
