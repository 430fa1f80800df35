import { assert, constantFrom, property, string } from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../platform/clock.fake.ts'
import { openDatabase, type Db } from './database.ts'
import { createStepStore, INLINE_STATE_BYTES } from './step-store.ts'

let dir: string
let db: Db
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rainy-steps-'))
  db = openDatabase({ path: join(dir, 'steps.db'), clock: createFakeClock() })
})
afterEach(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

test('the first write of a step wins', () => {
  const steps = createStepStore(db)
  expect(steps.insert({ runId: 'r', stepId: 'a', name: 'a', state: '{"data":1}', inputHash: 'h' })).toBe(true)
  expect(steps.insert({ runId: 'r', stepId: 'a', name: 'b', state: '{"data":2}' })).toBe(false)
  expect(steps.get('r', 'a')).toEqual({ stepId: 'a', name: 'a', state: '{"data":1}', inputHash: 'h' })
})

test('steps are listed in the order in which they were done, up to a position', () => {
  const steps = createStepStore(db)
  for (const id of ['z', 'a', 'm']) {
    steps.insert({ runId: 'r', stepId: id, name: `step ${id}`, state: '{"data":null}' })
    steps.insert({ runId: 'other', stepId: id, name: id, state: '{"data":null}' })
  }
  const position = steps.lastPosition('r')
  steps.insert({ runId: 'r', stepId: 'b', name: 'step b', state: '{"data":null}' })
  expect([steps.list('r').map(({ stepId }) => stepId), steps.list('r', position).map(({ stepId }) => stepId), steps.lastName('r'), steps.lastPosition('nobody')]).toEqual([['z', 'a', 'm', 'b'], ['z', 'a', 'm'], 'step b', 0])
})

test('a state of more than 64 kB is stored once, whoever has it', () => {
  const steps = createStepStore(db)
  const state = JSON.stringify({ data: 'ü'.repeat(INLINE_STATE_BYTES / 2) })
  for (const runId of ['r1', 'r2']) steps.insert({ runId, stepId: 'a', name: 'a', state })
  expect([steps.get('r1', 'a')?.state === state, steps.list('r2')[0]?.state === state, db.raw.prepare('SELECT count(*) FROM blobs').pluck().get()]).toEqual([true, true, 1])
})

test('any text comes back as it was', () => {
  const steps = createStepStore(db)
  let count = 0
  // In one transaction: what is tried is the text, not the disk.
  db.transaction(() => assert(
    property(string({ unit: constantFrom('a', 'é', '\u{1F600}', '"', '\\', '\n', '\0', '\uD800'), maxLength: 200 }), (text) => {
      const stepId = `s${(count += 1)}`
      const state = JSON.stringify({ data: text })
      steps.insert({ runId: 'r', stepId, name: text, state })
      expect(steps.get('r', stepId)?.state).toBe(state)
    }),
  ))
})
