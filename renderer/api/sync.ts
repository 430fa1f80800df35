import type { AppStore } from '../app/store.ts'
import type { StreamInput, StreamItem, StreamName } from '../../shared/api.ts'
import type { ProgressEvent } from '../../shared/progress.ts'
import { toErrorBody } from '../../shared/errors.ts'
import type { Actions } from './actions.ts'
import type { Connection } from './connection.ts'
import { followLive } from './live.ts'

const CLIENT_VERSION = '0.1.0'

/** Lets everything that the core stores flow into the window's state, until `signal` aborts. */
export function startSync(connection: Connection, store: AppStore, actions: Actions, signal: AbortSignal): void {
  const watch = <Name extends StreamName>(name: Name, input: () => StreamInput<Name>, onItems: (items: StreamItem<Name>[]) => void, until = signal): void => {
    const onFailure = (error: unknown): void => store.getState().setNotice(toErrorBody(error))
    void followLive(connection, { name, input, onItems, onFailure }, until)
  }
  connection.onState((state, error) => {
    store.getState().setConnection(state, error)
    if (state === 'open') void greet(connection, store, actions, signal)
  })
  watch('tasks.watch', () => ({}), (items) => store.getState().applyTasks(items))
  watch('approvals.watch', () => ({}), (items) => {
    store.getState().applyApprovals(items)
    // A folder can be trusted in its task too, and from another window or a terminal.
    if (items.some(({ kind, status }) => kind === 'trust' && status !== 'pending')) void actions.loadTrust()
  })
  watch('status.watch', () => ({}), (items) => {
    const last = items.at(-1)
    if (last) store.getState().setStatus(last)
  })
  followSelected(store, actions, watch, signal)
}

async function greet(connection: Connection, store: AppStore, actions: Actions, signal: AbortSignal): Promise<void> {
  try {
    const api = await connection.api(signal)
    const { workspace } = await api.call('client.hello', { keyNames: [], version: CLIENT_VERSION }, { signal })
    if (store.getState().workspace === null) store.getState().setWorkspace(workspace)
    // The stream has no sign of where its first part ends; an empty list has no first item either.
    store.getState().applyTasks(await api.call('tasks.list', {}, { signal }))
    settle(store)
    await Promise.all([actions.loadTrust(), actions.loadModels()])
  } catch (error) {
    // A connection lost again is told by its state; what else went wrong is said.
    if (!signal.aborted && toErrorBody(error).code !== 'INTERNAL') store.getState().setNotice(toErrorBody(error))
  }
}

/** The list is there: open what was open when the window was left, else the newest task. */
function settle(store: AppStore): void {
  const { tasks, taskOrder, tasksLoaded, markTasksLoaded, selectedTaskId, selectTask } = store.getState()
  if (tasksLoaded) return
  if (selectedTaskId === null || !tasks.has(selectedTaskId)) selectTask(taskOrder[0] ?? null)
  markTasksLoaded()
}

type Watch = (name: 'tasks.follow', input: () => StreamInput<'tasks.follow'>, onItems: (items: ProgressEvent[]) => void, until: AbortSignal) => void

const CHANGES_TYPES: ReadonlySet<ProgressEvent['type']> = new Set(['checkpoint', 'complete', 'failed', 'cancelled', 'interrupted'])

/** Follows the one task that is open, from the last event the window has of it. */
function followSelected(store: AppStore, actions: Actions, watch: Watch, signal: AbortSignal): void {
  let followed: { taskId: string; stop: AbortController } | undefined
  const follow = (): void => {
    const { selectedTaskId, tasksLoaded } = store.getState()
    const taskId = tasksLoaded ? selectedTaskId : null
    if (taskId === (followed?.taskId ?? null)) return
    followed?.stop.abort()
    followed = undefined
    if (taskId === null) return
    const stop = new AbortController()
    followed = { taskId, stop }
    void actions.loadChanges(taskId)
    const input = (): StreamInput<'tasks.follow'> => ({ taskId, after: store.getState().progress.get(taskId)?.seq ?? 0 })
    const onItems = (events: ProgressEvent[]): void => {
      store.getState().applyProgress(taskId, events)
      if (events.some((event) => CHANGES_TYPES.has(event.type))) void actions.loadChanges(taskId)
    }
    watch('tasks.follow', input, onItems, AbortSignal.any([signal, stop.signal]))
  }
  signal.addEventListener('abort', store.subscribe(follow), { once: true })
  follow()
}
