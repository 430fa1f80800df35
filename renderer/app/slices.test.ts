import { beforeEach, expect, test } from 'vitest'
import type { TaskSummary } from '../../shared/tasks.ts'
import { DEFAULT_PANELS, DEFAULT_SIZES } from './layout-slice.ts'
import { createAppStore } from './store.ts'
import type { AppStore } from './store.ts'

let store: AppStore
beforeEach(() => {
  store = createAppStore({ panels: DEFAULT_PANELS, sizes: DEFAULT_SIZES, theme: 'system', mode: 'ask', workspace: '/w', selectedTaskId: null }, false)
})
const task = (id: string, createdAt: number): TaskSummary => ({ id, task: id, status: 'running', intent: null, workspace: '/w', createdAt, updatedAt: createdAt })

test('tasks stand newest first, and a report of one moves nothing', () => {
  store.getState().applyTasks([task('a', 1), task('c', 3), task('b', 2)])
  const { taskOrder } = store.getState()
  expect(taskOrder).toEqual(['c', 'b', 'a'])
  store.getState().applyTasks([{ ...task('a', 1), updatedAt: 99, status: 'completed' }])
  expect(store.getState().taskOrder).toBe(taskOrder)
})

test('J and K go through the list and stay within it', () => {
  store.getState().applyTasks([task('a', 1), task('b', 2)])
  const path = [1, 1, 1, -1, -1].map((by) => {
    store.getState().stepSelection(by as 1 | -1)
    return store.getState().selectedTaskId
  })
  expect(path).toEqual(['b', 'a', 'a', 'b', 'b'])
})

test('in a narrow window one side panel at a time is open, and the terminal is no side panel', () => {
  store.getState().setNarrow(true)
  expect(store.getState().panels).toEqual({ tasks: false, changes: false, terminal: false })
  store.getState().togglePanel('tasks')
  store.getState().togglePanel('terminal')
  store.getState().togglePanel('changes')
  expect(store.getState().panels).toEqual({ tasks: false, changes: true, terminal: true })
})

test('a closed terminal hands over to the last one that is left', () => {
  for (const key of ['1', '2', '3']) store.getState().addTerminal({ key, title: key, workspace: '/w' })
  store.getState().removeTerminal('3')
  expect(store.getState().activeTerminal).toBe('2')
  store.getState().activateTerminal('1')
  store.getState().removeTerminal('2')
  expect(store.getState().activeTerminal).toBe('1')
})

test('the trust of a folder that is no longer open is not that of the one that is', () => {
  store.getState().setTrusted('/other', true)
  expect(store.getState().trusted).toBeNull()
  store.getState().setTrusted('/w', false)
  store.getState().setWorkspace('/next')
  expect(store.getState().trusted).toBeNull()
})

test('what was continued is told again only by another owner', () => {
  const status = { version: '1', pid: 1, epoch: 3, workers: { busy: 0, total: 1 }, queue: 0, running: 0, recovered: [], totalCostUsd: 0 }
  store.getState().setStatus(status)
  store.getState().hideRecovered()
  store.getState().setStatus({ ...status, queue: 1 })
  expect(store.getState().recoveredSeen).toBe(true)
  store.getState().setStatus({ ...status, epoch: 4 })
  expect(store.getState().recoveredSeen).toBe(false)
})
