import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { RainyError } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { migrate } from './migrate.ts'

/** How long what rides along may wait for another commit, in ms. */
const RIDE_ALONG_MS = 25
const BUSY_TIMEOUT_MS = 5000

/**
 * The one database. Writes happen in transactions that are flushed to disk when they return (WAL, synchronous=FULL).
 *
 * Invariants:
 * 1. When `transaction` returns, all it wrote is on disk, and so is all that rode along.
 * 2. An `afterCommit` hook runs only after that, and never for a transaction that was rolled back: nothing is shown that is not stored.
 * 3. Nested transactions join the outer one: what happened and the event that tells of it share one flush.
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
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
    return new RainyError('DB_CORRUPT', `The database ${path} is damaged.`, { cause: error, details: { path } })
  }
  return new RainyError('DB_UNOPENABLE', `The database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, { cause: error, details: { path } })
}

function createDb(raw: Database.Database, clock: Clock): Db {
  const statements = new Map<string, Database.Statement<never[], unknown>>()
  let riders: Array<() => void> = []
  let hooks: Array<() => void> = []
  let timer: Disposable | undefined
  let depth = 0
  let closed = false

  const begin = raw.prepare('BEGIN IMMEDIATE')
  const commit = raw.prepare('COMMIT')
  const rollback = raw.prepare('ROLLBACK')

  /** One transaction with all that rides along; a rider was already told that it may be lost, so its failure is the caller's. */
  function outermost<T>(work: () => T): T {
    const boarding = riders
    riders = []
    timer?.[Symbol.dispose]()
    timer = undefined
    begin.run()
    depth = 1
    let value: T
    try {
      for (const write of boarding) write()
      value = work()
      depth = 0
      commit.run()
    } catch (error) {
      depth = 0
      hooks = []
      riders = [...boarding, ...riders]
      if (raw.inTransaction) rollback.run()
      throw error
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
      timer ??= clock.after(RIDE_ALONG_MS, () => db.flush())
    },
    flush() {
      if (!closed && riders.length > 0) outermost(() => undefined)
    },
    close() {
      if (closed) return
      db.flush()
      closed = true
      timer?.[Symbol.dispose]()
      raw.close()
    },
  }
  return db
}
