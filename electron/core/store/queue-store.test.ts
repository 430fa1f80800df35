import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '../platform/clock.fake.ts'
import { openDatabase, type Db } from './database.ts'
import { createEventStore } from './event-store.ts'
import { createQueueStore, type QueueStore } from './queue-store.ts'
import { createRunStore } from './run-store.ts'
import { createWaitStore, type Wait } from './wait-store.ts'

let dir: string
let db: Db
let queue: QueueStore
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rainy-queue-'))
  db = openDatabase({ path: join(dir, 'queue.db'), clock: createFakeClock() })
  queue = createQueueStore(db)
  const event = createEventStore(db).insert({ id: 'e', name: 'go', data: {}, ts: 0 })
  const runs = createRunStore(db)
  for (const id of ['a', 'b', 'c']) {
    runs.insert({ id, functionId: 'f', groupKey: null, eventSeq: event?.seq ?? 0, parentRunId: null, parentStepId: null, priority: 0, slots: [], epoch: 1, createdAt: 0 })
  }
})
afterEach(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

const discovery = (runId: string, dueAt: number, score: number) => queue.enqueue({ runId, kind: 'discovery', stepId: '', dueAt, score })
const due = (now: number): string[] => queue.listDue(now).map(({ runId }) => runId)

test('what is due comes in the order of its score, then of its arrival', () => {
  discovery('c', 0, 5)
  discovery('a', 0, 7)
  discovery('b', 50, 1)
  expect([due(10), due(50), queue.nextDueAt(10), queue.nextDueAt(50)]).toEqual([['c', 'a'], ['b', 'c', 'a'], 50, undefined])
})

test('an item that is asked for again while it executes is wanted once more, and only once', () => {
  discovery('a', 0, 0)
  discovery('a', 0, 0)
  const [item] = queue.listDue(0)
  if (!item) throw new Error('nothing is due')
  queue.claim(item.id, 1)
  expect(due(0)).toEqual([])
  discovery('a', 0, 0)
  discovery('a', 0, 0)
  queue.finish(item.id, 3)
  expect(due(3)).toEqual(['a'])
  queue.claim(item.id, 2)
  queue.finish(item.id, 4)
  expect(due(9)).toEqual([])
})

test('an item that is given back keeps its attempts', () => {
  discovery('a', 0, 0)
  const [item] = queue.listDue(0)
  queue.reschedule(item?.id ?? 0, 2, 5)
  queue.claim(item?.id ?? 0, 3)
  expect(queue.stateOfRun('a', 9)).toEqual({ claimed: true, due: false, later: false })
  queue.releaseOfRun('a')
  expect([queue.listDue(5)[0]?.attempt, queue.stateOfRun('a', 4), queue.stateOfRun('b', 4)]).toEqual([2, { claimed: false, due: false, later: true }, { claimed: false, due: false, later: false }])
})

test('a wait is found by its topic until it is closed, and remembers what it took', () => {
  const waits = createWaitStore(db)
  const wait: Wait = { runId: 'a', stepId: 's', kind: 'event', name: 'w', topic: 'tick', expression: null, race: false, afterPosition: 0, dispatch: 1 }
  waits.insert(wait)
  expect([waits.get('a', 's'), waits.listByTopic('event', 'tick'), waits.listByTopic('signal', 'tick'), waits.isPending('a'), waits.hasPlanned('a')]).toEqual([wait, [wait], [], true, false])
  waits.close('a', 's', 12)
  expect([waits.get('a', 's'), waits.listByTopic('event', 'tick'), waits.isPending('a'), waits.lastTaken({ ...wait, dispatch: 2 }), waits.lastTaken(wait)]).toEqual([undefined, [], false, 12, 0])
})
