import type { SetSlice } from '../../app/slice.ts'
import { roleSchema } from '../../../shared/tasks.ts'
import type { ModelsView, TaskOptions } from '../../../shared/api.ts'
import type { Mode } from '../../../shared/tasks.ts'

interface Choice {
  mode?: Mode
  /** `provider/model`, for every role. */
  model?: string
}

export interface ComposerSlice {
  /** What is typed and not sent, by task; '' is the box for a new one. */
  drafts: ReadonlyMap<string, string>
  /** Of the next new task. */
  mode: Mode
  /** The modes that tasks have, as the core told them. */
  taskModes: ReadonlyMap<string, Mode>
  /** What was chosen here for a task's next message or resume, by task; '' is the next new one. */
  choices: ReadonlyMap<string, Choice>
  models: ModelsView | null
  workspace: string | null
  trusted: boolean | null
  sending: boolean
  setDraft(key: string, text: string): void
  chooseMode(key: string, mode: Mode): void
  /** Null leaves the task's own, or the configuration's. */
  chooseModel(key: string, model: string | null): void
  setTaskMode(taskId: string, mode: Mode): void
  setModels(models: ModelsView): void
  setWorkspace(workspace: string): void
  setTrusted(workspace: string, trusted: boolean): void
  setSending(sending: boolean): void
}

export function createComposerSlice(set: SetSlice<ComposerSlice>, start: { mode: Mode; workspace: string | null }): ComposerSlice {
  return {
    drafts: new Map(),
    mode: start.mode,
    taskModes: new Map(),
    choices: new Map(),
    models: null,
    workspace: start.workspace,
    trusted: null,
    sending: false,
    setDraft: (key, text) => set(({ drafts }) => ({ drafts: new Map([...drafts, [key, text]]) })),
    chooseMode: (key, mode) => set(({ choices }) => (key === '' ? { mode } : { choices: new Map([...choices, [key, { ...choices.get(key), mode }]]) })),
    chooseModel: (key, model) =>
      set(({ choices }) => {
        const { model: _before, ...rest } = choices.get(key) ?? {}
        return { choices: new Map([...choices, [key, model === null ? rest : { ...rest, model }]]) }
      }),
    setTaskMode: (taskId, mode) => set(({ taskModes }) => ({ taskModes: new Map([...taskModes, [taskId, mode]]) })),
    setModels: (models) => set(() => ({ models })),
    setWorkspace: (workspace) => set((state) => (state.workspace === workspace ? {} : { workspace, trusted: null })),
    setTrusted: (workspace, trusted) => set((state) => (state.workspace === workspace ? { trusted } : {})),
    setSending: (sending) => set(() => ({ sending })),
  }
}

type Chosen = Pick<ComposerSlice, 'mode' | 'taskModes' | 'choices'>

/** The mode that the box shows for a task, or for a new one. */
export function shownMode({ mode, taskModes, choices }: Chosen, key: string): Mode {
  return key === '' ? mode : (choices.get(key)?.mode ?? taskModes.get(key) ?? mode)
}

/** What goes with a message or a resume: a new task has the mode that is shown, one that is there only what was chosen for it. */
export function chosenOptions({ mode, choices }: Chosen, key: string): TaskOptions {
  const choice = choices.get(key)
  const chosen = key === '' ? mode : choice?.mode
  const { model } = choice ?? {}
  return {
    ...(chosen === undefined ? {} : { mode: chosen }),
    ...(model === undefined ? {} : { models: Object.fromEntries(roleSchema.options.map((role) => [role, [model]])) }),
  }
}
