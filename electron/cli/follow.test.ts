import { expect, test } from 'vitest'
import type { ApprovalView } from '../../shared/api.ts'
import { RainyError } from '../../shared/errors.ts'
import type { ProgressBody } from '../../shared/progress.ts'
import { followTask } from './follow.ts'
import { createFakeIo, type FakeIo } from './io.fake.ts'
import { createFakeSession, STARTED_AT, type FakeSession } from './session.fake.ts'

const DONE: ProgressBody = { type: 'complete', result: { success: true, summary: 'made it', filesModified: [] } }
const PARKED: ProgressBody = { type: 'parked', reason: 'approval', next: 'rainy approve a1 && rainy resume tsk' }
const ASKED: ProgressBody = { type: 'approval', approvalId: 'a1', status: 'pending', tool: 'run_command', preview: 'make' }
const APPROVAL: ApprovalView = { id: 'a1', taskId: 'tsk', kind: 'approval', status: 'pending', tool: 'run_command', args: {}, preview: 'make', alwaysRule: 'run_command(make)', workspace: '/w', createdAt: 0 }

function follow(io: FakeIo, session: FakeSession, options: { json?: boolean; since?: number; wait?: boolean } = {}): Promise<number> {
  return followTask({ io, session, taskId: 'tsk', json: false, since: 1, wait: false, ...options })
}
function types(io: FakeIo): string[] {
  return io.stdout.trim().split('\n').map((line) => (JSON.parse(line) as { type: string }).type)
}

test.each([
  ['complete', DONE, 0],
  ['complete without success', { type: 'complete', result: { success: false, summary: 'the tests fail', filesModified: [] } }, 1],
  ['failed', { type: 'failed', error: { code: 'PROVIDER_AUTH', message: 'no' }, recoverable: false }, 1],
  ['cancelled', { type: 'cancelled', reason: 'enough' }, 1],
  ['interrupted', { type: 'interrupted', reason: 'stopped' }, 130],
  ['parked', PARKED, 3],
] as const)('%s ends it with its exit status, and is the last line', async (_name, body, status) => {
  const io = createFakeIo()
  const session = createFakeSession()
  session.push({ type: 'step', step: 1, total: 1, message: 'x' }, body as ProgressBody)
  expect(await follow(io, session, { json: true })).toBe(status)
  expect(types(io)).toEqual(['step', body.type])
  expect(io.stderr).toBe('')
})

test('json is exactly the events, one a line', async () => {
  const io = createFakeIo()
  const session = createFakeSession()
  session.push({ type: 'token', messageId: 'm', attempt: 1, agent: 'coder', text: 'a\nb' }, DONE)
  await follow(io, session, { json: true })
  expect(io.stdout.split('\n').map((line) => line && (JSON.parse(line) as unknown))).toEqual([
    { seq: 1, taskId: 'tsk', ts: STARTED_AT, type: 'token', messageId: 'm', attempt: 1, agent: 'coder', text: 'a\nb' },
    { seq: 2, taskId: 'tsk', ts: STARTED_AT, ...DONE },
    '',
  ])
})

test('a terminal is asked in place; yes decides and the task goes on', async () => {
  const io = createFakeIo({ interactive: true, typed: ['what?', 'y'] })
  const decided: unknown[] = []
  const session = createFakeSession({
    'approvals.decide': (input) => {
      decided.push(input)
      session.approvals = []
      session.push({ type: 'approval', approvalId: 'a1', status: 'approved', tool: 'run_command', preview: 'make' }, DONE)
      return APPROVAL
    },
  })
  session.approvals = [APPROVAL]
  session.push(ASKED)
  expect(await follow(io, session)).toBe(0)
  expect(decided).toEqual([{ approvalId: 'a1', decision: 'approve', always: false }])
  expect(io.stdout).not.toContain('needs a decision')
  expect(io.stdout).toContain('Run run_command?\n    make\n    always: run_command(make)\n[y] yes  [n] no  [a] always  [l] later: [y] yes')
})

test.each([['a', 'approve', true], ['n', 'deny', false]] as const)('%s is %s', async (typed, decision, always) => {
  const io = createFakeIo({ interactive: true, typed: [typed] })
  const decided: unknown[] = []
  const session = createFakeSession({ 'approvals.decide': (input) => (decided.push(input), (session.approvals = []), session.push(DONE), APPROVAL) })
  session.approvals = [APPROVAL]
  session.push(ASKED)
  await follow(io, session)
  expect(decided).toEqual([{ approvalId: 'a1', decision, always }])
})

test('what is in doubt takes rerun, skip or done, and no always', async () => {
  const io = createFakeIo({ interactive: true, typed: ['yes', 's'] })
  const decided: unknown[] = []
  const session = createFakeSession({ 'approvals.decide': (input) => (decided.push(input), (session.approvals = []), session.push(DONE), APPROVAL) })
  session.approvals = [{ ...APPROVAL, kind: 'in-doubt' }]
  session.push(ASKED)
  await follow(io, session)
  expect(decided).toEqual([{ approvalId: 'a1', decision: 'skip', always: false }])
})

test('later leaves it: not asked again, parked, exit 3 with what to do next', async () => {
  const io = createFakeIo({ interactive: true, typed: ['l', 'y'] })
  const session = createFakeSession()
  session.approvals = [APPROVAL]
  session.detail = { ...session.detail, status: 'parked', reason: 'approval' }
  session.push(ASKED, PARKED)
  expect(await follow(io, session)).toBe(3)
  expect(io.stdout.match(/Run run_command\?/g)).toHaveLength(1)
  expect(io.stdout).toMatch(/parked: something has to be approved\n  go on with: rainy approve a1 && rainy resume tsk\n$/)
})

test('a decision that another surface took first is no error', async () => {
  const io = createFakeIo({ interactive: true, typed: ['y'] })
  const session = createFakeSession({
    'approvals.decide': () => {
      session.approvals = []
      session.push(DONE)
      throw new RainyError('ALREADY_DECIDED', 'a1 was decided before: deny.')
    },
  })
  session.approvals = [APPROVAL]
  session.push(ASKED)
  expect(await follow(io, session)).toBe(0)
  expect(io.stdout).toContain('a1 was decided before')
})

test('--wait stays over parked until somebody decides', async () => {
  const io = createFakeIo()
  const session = createFakeSession()
  session.detail = { ...session.detail, status: 'parked', reason: 'approval' }
  session.approvals = [APPROVAL]
  session.push(ASKED, PARKED)
  const status = follow(io, session, { json: true, wait: true })
  expect(await Promise.race([status, new Promise((resolve) => setTimeout(resolve, 100, 'stays'))])).toBe('stays')
  session.push(DONE)
  expect([await status, types(io)]).toEqual([0, ['approval', 'parked', 'complete']])
})

test('resuming shows what comes from now on; a task that still waits ends parked', async () => {
  const io = createFakeIo()
  const session = createFakeSession({}, [{ type: 'step', step: 1, total: 1, message: 'old' }, ASKED, PARKED])
  session.detail = { ...session.detail, status: 'parked', reason: 'approval' }
  session.approvals = [APPROVAL]
  expect(await follow(io, session, { json: true, since: STARTED_AT })).toBe(3)
  expect(io.stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([{ seq: 3, taskId: 'tsk', ts: STARTED_AT - 1000, ...PARKED }])
})

test('what was decided and is about to move is waited for, though it still says parked', async () => {
  const io = createFakeIo()
  const session = createFakeSession({}, [ASKED, PARKED])
  session.detail = { ...session.detail, status: 'parked', reason: 'approval' }
  const status = follow(io, session, { json: true, since: STARTED_AT })
  await new Promise((resolve) => setTimeout(resolve, 50))
  session.push(DONE)
  expect([await status, types(io)]).toEqual([0, ['complete']])
})

test('attaching shows every round and ends with the last, once nothing moves', async () => {
  const io = createFakeIo()
  const session = createFakeSession({}, [{ type: 'step', step: 1, total: 1, message: 'a' }, DONE, { type: 'step', step: 1, total: 1, message: 'b' }, DONE])
  session.detail = { ...session.detail, status: 'completed', round: 2 }
  expect([await follow(io, session, { json: true, since: 0 }), types(io)]).toEqual([0, ['step', 'complete', 'step', 'complete']])
})

test('a task whose process was killed ends with an interrupted event that says how to go on', async () => {
  const io = createFakeIo()
  const session = createFakeSession({}, [{ type: 'step', step: 1, total: 1, message: 'a' }])
  session.detail = { ...session.detail, status: 'interrupted', next: 'rainy resume tsk' }
  expect(await follow(io, session, { json: true, since: 0 })).toBe(130)
  expect(JSON.parse(io.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ seq: 2, type: 'interrupted', next: 'rainy resume tsk' })
})

test('Ctrl-C stops the task and exits 130 with its interrupted event; a second one leaves at once', async () => {
  const io = createFakeIo()
  const session = createFakeSession({ 'tasks.interrupt': () => (session.push({ type: 'interrupted', reason: 'stopped by the user', next: 'rainy resume tsk' }), { taskId: 'tsk' }) })
  const status = follow(io, session, { json: true })
  io.interrupt()
  expect([await status, types(io)]).toEqual([130, ['interrupted']])

  const stuck = createFakeSession({ 'tasks.interrupt': () => new Promise(() => undefined) })
  const left = follow(io, stuck)
  io.interrupt()
  io.interrupt()
  expect(await left).toBe(130)
})

test('what goes wrong while following is thrown, not hung on', async () => {
  const session = createFakeSession({
    'tasks.get': () => {
      throw new RainyError('TASK_NOT_FOUND', 'gone')
    },
  })
  await expect(follow(createFakeIo(), session)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
})
