import type { AppStore } from '../app/store.ts'
import { chosenOptions } from '../panels/composer/slice.ts'
import type { Decision, RainyApi, TaskOptions } from '../../shared/api.ts'
import type { DesktopBridge } from '../../shared/desktop-bridge.ts'
import { toErrorBody } from '../../shared/errors.ts'
import type { Connection } from './connection.ts'

/** All that a person can ask of the core from this window. What goes wrong is shown as the notice and is never thrown. */
export interface Actions {
  /** Starts a task, or sends the next message to the one that is open. True when the core has it. */
  send(text: string): Promise<boolean>
  resume(taskId: string, options?: TaskOptions): Promise<void>
  cancel(taskId: string): Promise<void>
  interrupt(taskId: string): Promise<void>
  decide(approvalId: string, decision: Decision, always?: boolean): Promise<void>
  loadChanges(taskId: string): Promise<void>
  loadModels(): Promise<void>
  loadTrust(): Promise<void>
  trustWorkspace(): Promise<void>
  openFolder(): Promise<void>
  changeWorkspace(dir: string): Promise<void>
  openLink(url: string): void
  /** The core itself, for the terminal, which speaks with it key by key. */
  core(signal: AbortSignal): Promise<RainyApi>
}

interface Wiring {
  connection: Connection
  store: AppStore
  bridge: DesktopBridge | undefined
  signal: AbortSignal
}

export function createActions({ connection, store, bridge, signal }: Wiring): Actions {
  const state = store.getState
  const guarded = async (work: (api: RainyApi) => Promise<void>): Promise<boolean> => {
    try {
      await work(await connection.api(signal))
      return true
    } catch (error) {
      if (!signal.aborted) state().setNotice(toErrorBody(error))
      return false
    }
  }
  const quietly = async (work: (api: RainyApi) => Promise<void>): Promise<void> => void (await guarded(work))

  const actions: Actions = {
    async send(text) {
      const { workspace, selectedTaskId } = state()
      const options = chosenOptions(state(), selectedTaskId ?? '')
      state().setSending(true)
      const sent = await guarded(async (api) => {
        if (selectedTaskId !== null) {
          await api.call('tasks.message', { taskId: selectedTaskId, text, options }, { signal })
        } else if (workspace !== null) {
          const { taskId } = await api.call('tasks.start', { task: text, workspace, options }, { signal })
          state().selectTask(taskId)
          // The first task in a folder that is empty or new makes it a trusted one.
          if (state().trusted === false) void actions.loadTrust()
        }
      })
      state().setSending(false)
      return sent
    },
    resume: (taskId, options = {}) => quietly(async (api) => void (await api.call('tasks.resume', { taskId, options: { ...chosenOptions(state(), taskId), ...options } }, { signal }))),
    cancel: (taskId) => quietly(async (api) => void (await api.call('tasks.cancel', { taskId }, { signal }))),
    interrupt: (taskId) => quietly(async (api) => void (await api.call('tasks.interrupt', { taskId }, { signal }))),
    async decide(approvalId, decision, always = false) {
      if (state().deciding.has(approvalId)) return
      state().markDeciding(approvalId, true)
      await guarded(async (api) => state().applyApprovals([await api.call('approvals.decide', { approvalId, decision, always }, { signal })]))
      state().markDeciding(approvalId, false)
    },
    loadChanges: (taskId) =>
      quietly(async (api) => {
        const [detail, { diff }] = await Promise.all([api.call('tasks.get', { taskId }, { signal }), api.call('tasks.diff', { taskId }, { signal })])
        state().setTaskMode(taskId, detail.mode)
        if (state().selectedTaskId === taskId) state().setChanges(taskId, detail.changes, diff)
      }),
    loadModels: () => quietly(async (api) => state().setModels(await api.call('models.list', { probe: false }, { signal }))),
    loadTrust: () =>
      quietly(async (api) => {
        const { workspace } = state()
        if (workspace === null) return
        const { trusted } = await api.call('trust.get', { dir: workspace }, { signal })
        state().setTrusted(workspace, trusted)
      }),
    trustWorkspace: () =>
      quietly(async (api) => {
        const { workspace } = state()
        if (workspace === null) return
        const { trusted } = await api.call('trust.set', { dir: workspace, trusted: true }, { signal })
        state().setTrusted(workspace, trusted)
      }),
    async openFolder() {
      if (!bridge) return state().setDialog('folder')
      const dir = await bridge.chooseFolder()
      if (dir !== null) await actions.changeWorkspace(dir)
    },
    async changeWorkspace(dir) {
      state().setWorkspace(dir)
      await actions.loadTrust()
    },
    openLink(url) {
      if (bridge) bridge.openLink(url)
      else window.open(url, '_blank', 'noopener,noreferrer')
    },
    core: (callerSignal) => connection.api(callerSignal),
  }
  return actions
}
