import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import { openDatabase, type Db } from './database.ts'

let path: string
let clock: FakeClock
let db: Db

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'rainy-db-')), 'rainy.db')
  clock = createFakeClock()
  db = openDatabase({ path, clock })
  db.raw.exec('CREATE TABLE things (name TEXT) STRICT')
})
afterEach(() => {
  db.close()
  rmSync(dirname(path), { recursive: true })
})

const names = (): string[] => db.raw.prepare<[], { name: string }>('SELECT name FROM things').all().map((row) => row.name)
const add = (name: string): unknown => db.prepare<[string]>('INSERT INTO things VALUES (?)').run(name)

test('every connection flushes each commit to disk', () => {
  expect([db.raw.pragma('synchronous', { simple: true }), db.raw.pragma('journal_mode', { simple: true })]).toEqual([2, 'wal'])
})

test('a hook runs after the commit, and not at all after a rollback', () => {
  const told: string[] = []
  db.transaction(() => {
    add('kept')
    db.afterCommit(() => told.push(db.raw.inTransaction ? 'inside' : 'after'))
  })
  expect(() =>
    db.transaction(() => {
      add('lost')
      db.afterCommit(() => told.push('never'))
      throw new Error('no')
    }),
  ).toThrow('no')
  expect({ told, names: names() }).toEqual({ told: ['after'], names: ['kept'] })
})

test('nested transactions are one: an error in the inner one undoes both', () => {
  expect(() =>
    db.transaction(() => {
      add('outer')
      db.transaction(() => {
        add('inner')
        throw new Error('no')
      })
    }),
  ).toThrow('no')
  expect(names()).toEqual([])
})

test('what rides along is written with the next transaction, before it', () => {
  db.rideAlong(() => add('rider'))
  expect(names()).toEqual([])
  db.transaction(() => add('commit'))
  expect(names()).toEqual(['rider', 'commit'])
})

test('what rides along is written by itself where no transaction comes', async () => {
  db.rideAlong(() => add('rider'))
  await clock.advance(30)
  expect(names()).toEqual(['rider'])
})

test('what rode along with a transaction that failed rides with the next', () => {
  db.rideAlong(() => add('rider'))
  expect(() => db.transaction(() => { throw new Error('no') })).toThrow('no')
  db.transaction(() => add('commit'))
  expect(names()).toEqual(['rider', 'commit'])
})

test('closing writes what still rides along', () => {
  db.rideAlong(() => add('rider'))
  db.close()
  const raw = new Database(path, { readonly: true })
  expect(raw.prepare('SELECT name FROM things').all()).toEqual([{ name: 'rider' }])
  raw.close()
})

test('a schema newer than the program is refused and left as it is', () => {
  db.raw.pragma('user_version = 999')
  db.close()
  expect(() => openDatabase({ path, clock })).toThrow(expect.objectContaining({ code: 'DB_TOO_NEW' }))
  const raw = new Database(path, { readonly: true })
  expect(raw.pragma('user_version', { simple: true })).toBe(999)
  raw.close()
})

test('a reader of a database that is not there is told so', () => {
  expect(() => openDatabase({ path: `${path}.none`, clock, readonly: true })).toThrow(expect.objectContaining({ code: 'DB_UNOPENABLE' }))
})

/** A disk that has no room for one page more. */
const fill = (): unknown => db.raw.pragma(`max_page_count = ${String(db.raw.pragma('page_count', { simple: true }))}`)
const free = (): unknown => db.raw.pragma('max_page_count = 1000000')
const LONG = 'x'.repeat(20_000)

test('a full disk is DISK_FULL: what was stored is whole, what rides along stays aboard, and with space it goes on', async () => {
  const told: string[] = []
  using _watching = db.onFull((error) => told.push(error.code))
  db.transaction(() => add('kept'))
  fill()
  db.rideAlong(() => add('rider'))
  expect(() => db.transaction(() => add(LONG))).toThrow(expect.objectContaining({ code: 'DISK_FULL' }))
  expect([names(), told]).toEqual([['kept'], ['DISK_FULL']])
  free()
  await clock.advance(1000)
  expect(names()).toEqual(['kept', 'rider'])
})

test('what rides along and finds the disk full is tried again by itself', async () => {
  fill()
  db.rideAlong(() => add(LONG))
  await clock.advance(1000)
  expect(names()).toEqual([])
  free()
  await clock.advance(1000)
  expect(names()).toEqual([LONG])
})

test('a file that is no database is DB_CORRUPT to whoever only looks', () => {
  const damaged = join(dirname(path), 'damaged.db')
  writeFileSync(damaged, 'this is no database, and longer than its header would be'.repeat(100))
  expect(() => openDatabase({ path: damaged, clock, readonly: true })).toThrow(expect.objectContaining({ code: 'DB_CORRUPT' }))
})
