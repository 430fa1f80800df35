import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApprovalView, Decision } from '../../../shared/api.ts'
import { createFakeClock } from '../platform/clock.fake.ts'
import { createFakeIds } from '../platform/ids.fake.ts'
import { openDatabase, type Db } from '../store/database.ts'
import { createProgressStore } from '../store/progress-store.ts'
import { createRuleStore, type RuleStore } from '../store/rule-store.ts'
import { createTrustStore } from '../store/trust-store.ts'
import { createInbox } from './inbox.ts'
import type { AskInput, Inbox } from './types.ts'

const NOW = 1_700_000_000_000
let dir: string
let db: Db
let inbox: Inbox
let rules: RuleStore
let progress: ReturnType<typeof createProgressStore>
let sent: Array<[string, Decision]>
let failing: boolean

function open(): void {
  const clock = createFakeClock(NOW)
  db = openDatabase({ path: join(dir, 'rainy.db'), clock })
  progress = createProgressStore(db, clock)
  rules = createRuleStore(db, clock)
  const onDecided = (approval: ApprovalView, decision: Decision): void => {
    if (failing) throw new Error('the event could not be stored')
    sent.push([approval.id, decision])
  }
  inbox = createInbox({ db, clock, ids: createFakeIds(), progress, rules, onDecided })
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'inbox-'))
  sent = []
  failing = false
  open()
  const insert = db.prepare<[string, string]>("INSERT INTO tasks (id, text, workspace, status, header, round, epoch, created_at, updated_at) VALUES (?, 'x', '/w', ?, '{}', 1, 1, 0, 0)")
  insert.run('t1', 'running')
  insert.run('t2', 'cancelled')
})
afterEach(() => {
  db.close()
  rmSync(dir, { recursive: true })
})

const COMMAND: AskInput = { taskId: 't1', runId: 'r1', callKey: 'r1/s/0', kind: 'approval', tool: 'run_command', args: { command: 'make' }, subjectHash: 'h1', preview: 'make', alwaysRule: 'run_command(make)', workspace: '/w' }
const ID = 'id0000000001'

test('a call that is asked again gives the row it has, and one progress event', () => {
  const first = inbox.ask(COMMAND)
  expect(inbox.ask(COMMAND)).toEqual(first)
  expect(first).toEqual({ id: ID, taskId: 't1', kind: 'approval', status: 'pending', tool: 'run_command', args: { command: 'make' }, preview: 'make', alwaysRule: 'run_command(make)', workspace: '/w', createdAt: NOW })
  expect(progress.read('t1', 0, 10)).toEqual([{ seq: 1, taskId: 't1', ts: NOW, type: 'approval', runId: 'r1', approvalId: ID, status: 'pending', tool: 'run_command', preview: 'make' }])
})

test('a decision is taken once, with its event, its progress and its rule in one transaction, and outlives the process', () => {
  const heard: ApprovalView[] = []
  inbox.ask(COMMAND)
  inbox.onChanged((approval) => heard.push(approval))
  const decided = inbox.decide('id', 'approve', true)
  expect(decided).toMatchObject({ id: ID, status: 'approved', decision: 'approve', decidedAt: NOW })
  expect(heard).toEqual([decided])
  expect(sent).toEqual([[ID, 'approve']])
  db.close()
  open()
  expect(() => inbox.decide(ID, 'deny', false)).toThrow(expect.objectContaining({ code: 'ALREADY_DECIDED' }))
  expect([inbox.decisionFor('r1/s/0', 'approval', 'h1'), rules.ofWorkspace('/w'), rules.ofWorkspace('/other')]).toEqual(['approve', ['run_command(make)'], []])
  expect(progress.read('t1', 1, 10)).toMatchObject([{ type: 'approval', approvalId: ID, status: 'approved', decision: 'approve' }])
})

test('a decision whose consequence cannot be stored is not taken', () => {
  const heard: ApprovalView[] = []
  inbox.ask(COMMAND)
  inbox.onChanged((approval) => heard.push(approval))
  failing = true
  expect(() => inbox.decide(ID, 'approve', true)).toThrow('could not be stored')
  expect([inbox.decisionFor('r1/s/0', 'approval', 'h1'), rules.ofWorkspace('/w'), heard, progress.read('t1', 1, 10)]).toEqual(['pending', [], [], []])
})

test('a decision counts for what it was shown for and for nothing else', () => {
  inbox.ask(COMMAND)
  inbox.decide(ID, 'approve', false)
  expect([inbox.decisionFor('r1/s/0', 'approval', 'h2'), inbox.decisionFor('r1/s/0', 'in-doubt', 'h1'), inbox.decisionFor('r1/s/1', 'approval', 'h1')]).toEqual([undefined, undefined, undefined])
})

test('when what would run has changed, the older question is closed, and opened again if it changes back', () => {
  inbox.ask(COMMAND)
  const changed = inbox.ask({ ...COMMAND, subjectHash: 'h2', preview: 'make all' })
  expect(inbox.list({}).map(({ preview }) => preview)).toEqual(['make all'])
  expect(() => inbox.decide(ID, 'approve', false)).toThrow(expect.objectContaining({ code: 'ALREADY_DECIDED' }))
  expect(inbox.decisionFor('r1/s/0', 'approval', 'h1')).toBeUndefined()
  expect(inbox.ask(COMMAND)).toMatchObject({ id: ID, status: 'pending' })
  expect(inbox.list({}).map(({ id }) => id)).toEqual([ID])
  expect(inbox.list({ all: true }).map(({ id }) => id)).toEqual([ID, changed.id])
})

test.each([
  ['approval', 'rerun', false], ['approval', 'done', false], ['trust', 'skip', false], ['in-doubt', 'approve', false], ['in-doubt', 'deny', false], ['approval', 'deny', true], ['in-doubt', 'rerun', true],
] as const)('%s does not take %s (always: %s)', (kind, decision, always) => {
  inbox.ask({ ...COMMAND, kind })
  expect(() => inbox.decide(ID, decision, always)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
  expect(inbox.list({})).toHaveLength(1)
})

test.each([['approval', 'deny', 'denied'], ['trust', 'approve', 'approved'], ['in-doubt', 'rerun', 'decided'], ['in-doubt', 'skip', 'decided'], ['in-doubt', 'done', 'decided']] as const)('%s takes %s and is %s then', (kind, decision, status) => {
  inbox.ask({ ...COMMAND, kind })
  expect(inbox.decide(ID, decision, false)).toMatchObject({ status, decision })
  expect(inbox.decisionFor('r1/s/0', kind, 'h1')).toBe(decision)
})

test('always is refused where no rule was proposed', () => {
  const { alwaysRule: _, ...without } = COMMAND
  inbox.ask(without)
  expect(() => inbox.decide(ID, 'approve', true)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }))
})

test('an id that fits nothing or several is told', () => {
  inbox.ask(COMMAND)
  inbox.ask({ ...COMMAND, callKey: 'r1/s/1' })
  expect(() => inbox.decide('zz', 'approve', false)).toThrow(expect.objectContaining({ code: 'APPROVAL_NOT_FOUND' }))
  expect(() => inbox.decide('id0', 'approve', false)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_ID' }))
})

test('what belongs to a task that has ended is not listed as waiting', () => {
  inbox.ask({ ...COMMAND, taskId: 't2' })
  expect([inbox.list({}), inbox.list({ taskId: 't2' }), inbox.list({ taskId: 't2', all: true }).length]).toEqual([[], [], 1])
})

test('trust holds for a folder and all below it, until it is revoked', () => {
  const trust = createTrustStore(db, createFakeClock())
  trust.set('/home/me/work', true)
  trust.set('/home/me/work/a/b', true)
  trust.set('/home/me/work/a', false)
  expect(['/home/me/work', '/home/me/work/x/y', '/home/me/work/a', '/home/me/work/a/b', '/home/me/workshop', '/home/me', '/'].map((path) => trust.isTrusted(path))).toEqual([true, true, false, false, false, false, false])
  expect(trust.list()).toEqual([{ path: '/home/me/work', trusted: true }, { path: '/home/me/work/a', trusted: false }])
})
