import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock, type FakeClock } from '../platform/clock.fake.ts'
import { openDatabase, type Db } from './database.ts'
import { createMessageStore } from './message-store.ts'
import { createModelCallStore } from './model-call-store.ts'
import { createProgressStore } from './progress-store.ts'
import { createTaskStore, type TaskStore } from './task-store.ts'
import { taskRow } from './task-row.fixture.ts'

let clock: FakeClock
let db: Db
let folder: string
let tasks: TaskStore

beforeEach(() => {
  clock = createFakeClock()
  folder = mkdtempSync(join(tmpdir(), 'rainy-tasks-'))
  db = openDatabase({ path: join(folder, 'rainy.db'), clock })
  tasks = createTaskStore(db, clock)
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

test('a task comes back as it was stored', () => {
  const row = taskRow({ id: 'bcd', plan: { steps: [{ id: '1', title: 't', agent: 'coder', dependsOn: [], files: ['a'] }] } })
  tasks.insert(row)
  expect(tasks.get('bcd')).toEqual({ ...row, createdAt: clock.now(), updatedAt: clock.now() })
})

test('an unambiguous beginning of an id finds its task', () => {
  tasks.insert(taskRow({ id: 'bcdf' }))
  tasks.insert(taskRow({ id: 'bcgh' }))
  tasks.insert(taskRow({ id: 'bcg' }))
  expect(tasks.find('bcd').id).toBe('bcdf')
  expect(tasks.find('bcg').id).toBe('bcg')
  expect(() => tasks.find('bc')).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_ID' }))
  expect(() => tasks.find('x')).toThrow(expect.objectContaining({ code: 'TASK_NOT_FOUND' }))
  expect(() => tasks.find('%')).toThrow(expect.objectContaining({ code: 'TASK_NOT_FOUND' }))
})

test('listeners hear of a change once it is on disk', () => {
  const heard: string[] = []
  tasks.onChanged((id) => heard.push(`${id} ${tasks.get(id)?.status ?? ''}`))
  tasks.insert(taskRow({ id: 'b' }))
  db.transaction(() => {
    tasks.update('b', { status: 'running' })
    expect(heard).toHaveLength(1)
  })
  expect(heard).toEqual(['b queued', 'b running'])
})

test('progress is numbered from 1 without gaps, and told in order', () => {
  const progress = createProgressStore(db, clock)
  tasks.insert(taskRow({ id: 'b' }))
  const heard: number[] = []
  progress.onAppended((event) => heard.push(event.seq))
  progress.appendSoon('b', { type: 'token', messageId: 'm', attempt: 1, agent: 'coder', text: 'hi' })
  progress.append('b', { type: 'status', status: 'running' })
  expect(progress.read('b', 0, 10).map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'token'],
    [2, 'status'],
  ])
  expect(heard).toEqual([1, 2])
  expect(progress.readTypes('b', ['status'])).toHaveLength(1)
})

test('progress of a transaction that failed leaves no gap', () => {
  const progress = createProgressStore(db, clock)
  tasks.insert(taskRow({ id: 'b' }))
  expect(() =>
    db.transaction(() => {
      progress.append('b', { type: 'status', status: 'running' })
      throw new Error('no')
    }),
  ).toThrow('no')
  progress.append('b', { type: 'status', status: 'waiting' })
  expect(progress.read('b', 0, 10).map((event) => event.seq)).toEqual([1])
})

test('a steering message is taken once', () => {
  const messages = createMessageStore(db, clock)
  tasks.insert(taskRow({ id: 'b' }))
  messages.add({ taskId: 'b', round: 1, text: 'first', files: [], takenBy: 'round' })
  const position = messages.add({ taskId: 'b', round: 1, text: 'also', files: ['a'], takenBy: null })
  expect(messages.untaken('b').map((message) => message.text)).toEqual(['also'])
  messages.take('b', position, 's1')
  messages.take('b', position, 's2')
  expect(messages.ofTask('b').map((message) => message.takenBy)).toEqual(['round', 's1'])
})

test('a total is unknown as soon as one price is', () => {
  const calls = createModelCallStore(db)
  const row = { taskId: 'b', runId: 'r', stepId: 's', agent: 'coder', model: 'a/b', inputTokens: 3, outputTokens: 2, cachedTokens: 0, durationMs: 1, createdAt: 5 }
  calls.add({ ...row, id: '1', costUsd: 0.5 })
  calls.add({ ...row, id: '1', costUsd: 0.5 })
  expect(calls.totals('b')).toEqual({ modelCalls: 1, inputTokens: 3, outputTokens: 2, costUsd: 0.5 })
  calls.add({ ...row, id: '2', costUsd: null })
  expect(calls.totals('b').costUsd).toBeNull()
})
