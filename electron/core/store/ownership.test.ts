import Database from 'better-sqlite3'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../platform/clock.fake.ts'
import { systemClock } from '../platform/clock.ts'
import { dataPaths } from '../platform/paths.ts'
import type { DataPaths } from '../platform/paths.ts'
import { readMark } from './high-water-mark.ts'
import { acquireOwnership, currentOwner } from './ownership.ts'
import type { Ownership } from './ownership.ts'

let root: string
let paths: DataPaths
const children: ChildProcess[] = []
const held: Ownership[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rainy-owner-'))
  paths = dataPaths(join(root, 'data'), {})
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const ownership of held.splice(0)) ownership.release()
  rmSync(root, { recursive: true, force: true })
})

function acquire(): Ownership | null {
  const ownership = acquireOwnership({ paths, kind: 'command', clock: systemClock, version: '1.2.3' })
  if (ownership) held.push(ownership)
  return ownership
}

async function acquireElsewhere(startAt = 0): Promise<{ child: ChildProcess; epoch: number | null }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('ownership.test-process.ts', import.meta.url)), paths.dir, String(startAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, epoch: (JSON.parse(line) as { epoch: number | null }).epoch }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

test('the first owner makes the data folder for itself alone, and has epoch 1', () => {
  expect(acquire()?.epoch).toBe(1)
  expect(statSync(paths.dir).mode & 0o777).toBe(0o700)
})

test('while one owner lives no other gets in, and who it is can be read', () => {
  expect(currentOwner(paths, systemClock)).toBeUndefined()
  acquire()
  expect(acquire()).toBeNull()
  expect(currentOwner(paths, systemClock)).toEqual({ pid: process.pid, epoch: 1, kind: 'command', version: '1.2.3' })
})

test('looking for an owner creates nothing', () => {
  expect(currentOwner(paths, systemClock)).toBeUndefined()
  expect(existsSync(paths.dir)).toBe(false)
})

test('each owner has a greater epoch, and releasing twice does nothing', () => {
  for (const epoch of [1, 2, 3]) {
    const ownership = acquire()
    expect(ownership?.epoch).toBe(epoch)
    ownership?.release()
    ownership?.release()
  }
  expect(currentOwner(paths, systemClock)).toBeUndefined()
})

test('another process is kept out, sees the owner, and SIGKILL frees the right', async () => {
  const { child, epoch } = await acquireElsewhere()
  expect(epoch).toBe(1)
  expect(acquire()).toBeNull()
  expect(currentOwner(paths, systemClock)).toEqual({ pid: child.pid, epoch: 1, kind: 'command', version: 'test' })
  await kill(child)
  expect(currentOwner(paths, systemClock)).toBeUndefined()
  expect(acquire()?.epoch).toBe(2)
})

test('of four processes that try in the same instant exactly one wins, round after round', async () => {
  for (let round = 1; round <= 3; round += 1) {
    const startAt = Date.now() + 1500
    const racers = await Promise.all([1, 2, 3, 4].map(() => acquireElsewhere(startAt)))
    expect(racers.map((racer) => racer.epoch).filter((epoch) => epoch !== null)).toEqual([round])
    await Promise.all(racers.map((racer) => kill(racer.child)))
  }
}, 60_000)

test('a data folder that cannot be made is DB_UNOPENABLE, with its path', () => {
  writeFileSync(join(root, 'file'), '')
  paths = dataPaths(join(root, 'file', 'data'), {})
  expect(acquire).toThrowError(expect.objectContaining({ code: 'DB_UNOPENABLE', details: { path: paths.lock } }))
})

test('a read-only data folder is DB_UNOPENABLE', () => {
  mkdirSync(paths.dir)
  chmodSync(root, 0o755)
  chmodSync(paths.dir, 0o555)
  // Root writes anywhere: step down to nobody for the try.
  const root_ = process.getuid?.() === 0
  if (root_) process.seteuid?.(65_534)
  try {
    expect(acquire).toThrowError(expect.objectContaining({ code: 'DB_UNOPENABLE' }))
  } finally {
    if (root_) process.seteuid?.(0)
    chmodSync(paths.dir, 0o755)
  }
})

test('a folder in the place of the database is DB_UNOPENABLE, and the right is free again', () => {
  mkdirSync(paths.database, { recursive: true })
  expect(acquire).toThrowError(expect.objectContaining({ code: 'DB_UNOPENABLE' }))
  rmSync(paths.database, { recursive: true })
  expect(acquire()?.epoch).toBe(1)
})

test('a high-water mark that cannot be written is DB_UNOPENABLE, and the right is free again', () => {
  mkdirSync(`${paths.database}.mark.new`, { recursive: true })
  expect(acquire).toThrowError(expect.objectContaining({ code: 'DB_UNOPENABLE' }))
  rmSync(`${paths.database}.mark.new`, { recursive: true })
  expect(acquire()?.epoch).toBe(2)
})

test('a mark that cannot be written later on is noted, and the owner works on', async () => {
  const clock = createFakeClock()
  const warned: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (message: string) => void warned.push(message) }
  const ownership = acquireOwnership({ paths, kind: 'serve', clock, version: '1', log })
  mkdirSync(`${paths.database}.mark.new`)
  await clock.advance(5000)
  await clock.advance(5000)
  expect(warned).toHaveLength(2)
  rmSync(`${paths.database}.mark.new`, { recursive: true })
  ownership?.release()
})

test('a database of a newer program is refused and left as it is', () => {
  acquire()?.release()
  const raw = new Database(paths.database)
  raw.pragma('user_version = 999')
  raw.close()
  const before = readFileSync(paths.database)
  expect(acquire).toThrowError(expect.objectContaining({ code: 'DB_TOO_NEW' }))
  expect(readFileSync(paths.database).equals(before)).toBe(true)
})

test.each([
  ['garbage', Buffer.from('no database at all '.repeat(500))],
  ['a torn header', Buffer.from('SQLite for')],
  ['a right header and garbage after it', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8176, 7)])],
])('a damaged database (%s) is put aside whole and named, and the epoch still grows', (_, bytes) => {
  acquire()?.release()
  writeFileSync(paths.database, bytes)
  writeFileSync(`${paths.database}-wal`, 'its log')
  const ownership = acquire()
  expect(ownership?.epoch).toBe(2)
  const aside = ownership?.putAside ?? ''
  expect(aside).toContain('rainy.db.damaged-')
  expect(readFileSync(aside).equals(bytes)).toBe(true)
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('its log')
  expect(ownership?.lostTail).toBeUndefined()
})

test('a database whose header is sound and whose pages are not is put aside', () => {
  acquire()?.release()
  const bytes = readFileSync(paths.database)
  bytes.fill(0xff, 100)
  writeFileSync(paths.database, bytes)
  const ownership = acquire()
  expect(readFileSync(ownership?.putAside ?? '').equals(bytes)).toBe(true)
  expect(ownership?.epoch).toBe(2)
})

test('an emptied database whose log still lies there is put aside before SQLite would delete the log', () => {
  acquire()?.release()
  writeFileSync(paths.database, '')
  writeFileSync(`${paths.database}-wal`, 'its log')
  const aside = acquire()?.putAside ?? ''
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('its log')
})

test('two damaged databases of the same second are both kept', () => {
  const clock = createFakeClock()
  const kept = ['first', 'second'].map((content) => {
    mkdirSync(paths.dir, { recursive: true })
    writeFileSync(paths.database, content)
    const ownership = acquireOwnership({ paths, kind: 'command', clock, version: '1' })
    ownership?.release()
    return readFileSync(ownership?.putAside ?? '', 'utf8')
  })
  expect(kept).toEqual(['first', 'second'])
  expect(readdirSync(paths.dir).filter((name) => name.includes('damaged'))).toHaveLength(2)
})

test('a database that lost its tail in silence is noticed', async () => {
  const clock = createFakeClock()
  const first = acquireOwnership({ paths, kind: 'command', clock, version: '1' })
  expect(first?.lostTail).toBeUndefined()
  first?.release()
  const early = readFileSync(paths.database)
  const second = acquireOwnership({ paths, kind: 'command', clock, version: '1' })
  second?.db.raw
    .prepare('INSERT INTO tasks (id, text, workspace, status, header, round, epoch, next_event_seq, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 1, 2, 41, 0, 0)')
    .run('t', 'x', '/w', 'running', '{}')
  await clock.advance(5000)
  expect(readMark(paths.database)).toEqual({ epoch: 2, events: 41 })
  second?.release()
  writeFileSync(paths.database, early)
  const third = acquireOwnership({ paths, kind: 'command', clock, version: '1' })
  expect(third?.lostTail).toEqual({ expected: { epoch: 2, events: 41 }, found: { epoch: 1, events: 0 } })
  expect(third?.epoch).toBe(3)
  third?.release()
  const fourth = acquireOwnership({ paths, kind: 'command', clock, version: '1' })
  expect(fourth?.lostTail).toBeUndefined()
  fourth?.release()
})

test('a broken high-water mark is set anew', () => {
  acquire()?.release()
  writeFileSync(`${paths.database}.mark`, '{"epo')
  expect(acquire()?.epoch).toBe(2)
  expect(readMark(paths.database)).toEqual({ epoch: 2, events: 0 })
})
