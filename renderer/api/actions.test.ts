import { expect, test, vi } from 'vitest'
import { createAppStore } from '../app/store.ts'
import type { AppStore } from '../app/store.ts'
import { loadPreferences } from '../app/preferences.ts'
import { RainyError } from '../../shared/errors.ts'
import type { TaskSummary } from '../../shared/tasks.ts'
import { createActions } from './actions.ts'
import type { Actions } from './actions.ts'
import { createFakeApi } from './fake-api.ts'
import type { FakeAnswers, FakeApi } from './fake-api.ts'
import { startSync } from './sync.ts'

const storage = (text: string | null): Storage => ({ getItem: () => text, setItem: () => undefined, removeItem: () => undefined, clear: () => undefined, key: () => null, length: 0 })

function setUp(answers: FakeAnswers): { api: FakeApi; store: AppStore; actions: Actions; end: () => void } {
  const ended = new AbortController()
  const api = createFakeApi(answers)
  const store = createAppStore(loadPreferences(storage(null)), false)
  const connection = { onState: (listener: (state: 'open', error: null) => void) => queueMicrotask(() => listener('open', null)), api: () => Promise.resolve(api) }
  const actions = createActions({ connection, store, bridge: undefined, signal: ended.signal })
  startSync(connection, store, actions, ended.signal)
  return { api, store, actions, end: () => ended.abort() }
}

const task = (id: string, createdAt: number): TaskSummary => ({ id, task: id, status: 'running', intent: null, workspace: '/w', createdAt, updatedAt: createdAt })
const ANSWERS: FakeAnswers = {
  'client.hello': () => ({ version: '0.1.0', workspace: '/w' }),
  'tasks.list': () => [],
  'trust.get': ({ dir }) => ({ dir, trusted: true }),
  'models.list': () => ({ roles: {}, providers: [] }),
  'tasks.start': () => ({ taskId: 'new' }),
  'tasks.message': ({ taskId }) => ({ taskId }),
  'tasks.resume': () => ({ taskIds: [] }),
}

test('the first message starts a task in the folder and opens it; the next goes to that task', async () => {
  const { api, store, actions, end } = setUp(ANSWERS)
  await vi.waitFor(() => expect(store.getState().workspace).toBe('/w'))
  store.getState().chooseModel('', 'local/qwen3')
  expect(await actions.send('do it')).toBe(true)
  expect(store.getState().selectedTaskId).toBe('new')
  await actions.send('and this')
  const models = { fast: ['local/qwen3'], smart: ['local/qwen3'], instant: ['local/qwen3'] }
  expect(api.calls.filter(({ name }) => name === 'tasks.start' || name === 'tasks.message')).toEqual([
    { name: 'tasks.start', input: { task: 'do it', workspace: '/w', options: { mode: 'ask', models } } },
    { name: 'tasks.message', input: { taskId: 'new', text: 'and this', options: {} } },
  ])
  end()
})

test('what is chosen for a task goes with its next message and its resume, and for no other', async () => {
  const { api, store, actions, end } = setUp(ANSWERS)
  await vi.waitFor(() => expect(store.getState().tasksLoaded).toBe(true))
  store.getState().selectTask('t1')
  store.getState().chooseMode('t1', 'full-auto')
  store.getState().chooseModel('t1', 'local/qwen3')
  store.getState().chooseModel('t1', null)
  await actions.send('go on')
  await actions.resume('t1', { budgetUsd: 2 })
  await actions.resume('t2')
  expect(api.calls.filter(({ name }) => name === 'tasks.message' || name === 'tasks.resume')).toEqual([
    { name: 'tasks.message', input: { taskId: 't1', text: 'go on', options: { mode: 'full-auto' } } },
    { name: 'tasks.resume', input: { taskId: 't1', options: { mode: 'full-auto', budgetUsd: 2 } } },
    { name: 'tasks.resume', input: { taskId: 't2', options: {} } },
  ])
  expect(store.getState().mode).toBe('ask')
  end()
})

test('what the core refuses is shown, and what was typed is kept', async () => {
  const refuse = (): never => {
    throw new RainyError('UNTRUSTED_WORKSPACE', 'This folder is not trusted.')
  }
  const { store, actions, end } = setUp({ ...ANSWERS, 'tasks.start': refuse })
  await vi.waitFor(() => expect(store.getState().tasksLoaded).toBe(true))
  expect(await actions.send('do it')).toBe(false)
  expect(store.getState()).toMatchObject({ notice: { code: 'UNTRUSTED_WORKSPACE', message: 'This folder is not trusted.' }, sending: false })
  end()
})

test('the newest task is opened when the list is there, and it alone is followed', async () => {
  const { api, store, end } = setUp({ ...ANSWERS, 'tasks.list': () => [task('old', 1), task('newest', 2)] })
  await vi.waitFor(() => expect(store.getState().selectedTaskId).toBe('newest'))
  store.getState().selectTask('old')
  const followed = (): unknown[] => api.subscriptions.filter(({ name }) => name === 'tasks.follow').map(({ input }) => input)
  await vi.waitFor(() => expect(followed()).toEqual([{ taskId: 'newest', after: 0 }, { taskId: 'old', after: 0 }]))
  end()
})

test('one decision is asked of the core once, however often its key is pressed', async () => {
  const answer = Promise.withResolvers<never>()
  const { api, store, actions, end } = setUp({ ...ANSWERS, 'approvals.decide': () => answer.promise })
  const first = actions.decide('a1', 'approve')
  await actions.decide('a1', 'approve')
  answer.reject(new RainyError('ALREADY_DECIDED', 'Somebody was faster.'))
  await first
  expect(api.calls.filter(({ name }) => name === 'approvals.decide')).toHaveLength(1)
  expect(store.getState()).toMatchObject({ notice: { code: 'ALREADY_DECIDED' }, deciding: new Set() })
  end()
})

test('looks that cannot be read, or are of another version, are the usual ones', () => {
  const usual = loadPreferences(storage(null))
  expect(loadPreferences(storage('{nonsense'))).toEqual(usual)
  expect(loadPreferences(storage('{"theme":"pink","sizes":3}'))).toEqual(usual)
  expect(loadPreferences(storage('{"theme":"light"}'))).toEqual({ ...usual, theme: 'light' })
})
