import type { SetSlice } from '../../app/slice.ts'
import type { ModelsView } from '../../../shared/api.ts'
import type { Mode } from '../../../shared/tasks.ts'

export interface ComposerSlice {
  /** What is typed and not sent, by task; '' is the box for a new one. */
  drafts: ReadonlyMap<string, string>
  mode: Mode
  /** `provider/model` for every role; null leaves the configuration's own. */
  model: string | null
  models: ModelsView | null
  workspace: string | null
  trusted: boolean | null
  sending: boolean
  setDraft(key: string, text: string): void
  setMode(mode: Mode): void
  setModel(model: string | null): void
  setModels(models: ModelsView): void
  setWorkspace(workspace: string): void
  setTrusted(workspace: string, trusted: boolean): void
  setSending(sending: boolean): void
}

export function createComposerSlice(set: SetSlice<ComposerSlice>, start: { mode: Mode; workspace: string | null }): ComposerSlice {
  return {
    drafts: new Map(),
    mode: start.mode,
    model: null,
    models: null,
    workspace: start.workspace,
    trusted: null,
    sending: false,
    setDraft: (key, text) => set(({ drafts }) => ({ drafts: new Map([...drafts, [key, text]]) })),
    setMode: (mode) => set(() => ({ mode })),
    setModel: (model) => set(() => ({ model })),
    setModels: (models) => set(() => ({ models })),
    setWorkspace: (workspace) => set((state) => (state.workspace === workspace ? {} : { workspace, trusted: null })),
    setTrusted: (workspace, trusted) => set((state) => (state.workspace === workspace ? { trusted } : {})),
    setSending: (sending) => set(() => ({ sending })),
  }
}
