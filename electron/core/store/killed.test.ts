import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { openDatabase } from './database.ts'

const WRITER = fileURLToPath(new URL('fixtures/writer.ts', import.meta.url))
/** From before the first migration to far into the checkpoints. */
const KILLS_MS = [0, 2, 5, 10, 30]

test('killed while it sets up, commits or checkpoints its log, a database is whole and holds every commit that returned', { timeout: 60_000 }, async () => {
  for (const ms of KILLS_MS) {
    const dir = mkdtempSync(join(tmpdir(), 'rainy-killed-'))
    const path = join(dir, 'rainy.db')
    const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    writer.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
    if (ms > 2) await once(writer.stdout, 'data')
    else await new Promise((resolve) => setTimeout(resolve, 150))
    await new Promise((resolve) => setTimeout(resolve, ms))
    writer.kill('SIGKILL')
    await once(writer, 'close')
    const returned = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1) ?? 0)
    const db = openDatabase({ path, clock: systemClock })
    const hasTable = db.raw.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'things'").pluck().get() === 1
    expect(db.raw.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(hasTable ? Number(db.raw.prepare('SELECT count(*) FROM things').pluck().get()) : 0).toBeGreaterThanOrEqual(returned)
    db.close()
    rmSync(dir, { recursive: true })
  }
})
