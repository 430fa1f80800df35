import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../platform/clock.fake.ts'
import { openDatabase } from '../store/database.ts'
import { createProgressStore } from '../store/progress-store.ts'
import { followTask } from './follow.ts'

test('who follows a task is told when nothing more can be stored', async () => {
  const clock = createFakeClock()
  const folder = mkdtempSync(join(tmpdir(), 'rainy-follow-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const db = openDatabase({ path: join(folder, 'rainy.db'), clock })
  db.raw.exec('CREATE TABLE things (name TEXT) STRICT')
  const events = followTask(createProgressStore(db, clock), 'task', 0, new AbortController().signal)
  const next = events.next().catch((error: unknown) => error)
  db.raw.pragma(`max_page_count = ${String(db.raw.pragma('page_count', { simple: true }))}`)
  expect(() => db.transaction(() => db.raw.prepare('INSERT INTO things VALUES (?)').run('x'.repeat(20_000)))).toThrow(expect.objectContaining({ code: 'DISK_FULL' }))
  expect(await next).toMatchObject({ code: 'DISK_FULL' })
  db.close()
})
