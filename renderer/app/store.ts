import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import { createApprovalsSlice } from '../panels/progress/approvals-slice.ts'
import type { ApprovalsSlice } from '../panels/progress/approvals-slice.ts'
import { createChangesSlice } from '../panels/changes/slice.ts'
import type { ChangesSlice } from '../panels/changes/slice.ts'
import { createComposerSlice } from '../panels/composer/slice.ts'
import type { ComposerSlice } from '../panels/composer/slice.ts'
import { createProgressSlice } from '../panels/progress/slice.ts'
import type { ProgressSlice } from '../panels/progress/slice.ts'
import { createStatusSlice } from '../panels/status/slice.ts'
import type { StatusSlice } from '../panels/status/slice.ts'
import { createTasksSlice } from '../panels/tasks/slice.ts'
import type { TasksSlice } from '../panels/tasks/slice.ts'
import { createTerminalSlice } from '../panels/terminal/slice.ts'
import type { TerminalSlice } from '../panels/terminal/slice.ts'
import { createLayoutSlice } from './layout-slice.ts'
import type { LayoutSlice } from './layout-slice.ts'
import type { Preferences } from './preferences.ts'

export type AppState = TasksSlice & ProgressSlice & ApprovalsSlice & ChangesSlice & ComposerSlice & TerminalSlice & StatusSlice & LayoutSlice
export type AppStore = StoreApi<AppState>

export function createAppStore(preferences: Preferences, narrow: boolean): AppStore {
  return createStore<AppState>()((set) => ({
    ...createTasksSlice(set),
    ...createProgressSlice(set),
    ...createApprovalsSlice(set),
    ...createChangesSlice(set),
    ...createComposerSlice(set, preferences),
    ...createTerminalSlice(set),
    ...createStatusSlice(set),
    ...createLayoutSlice(set, {
      sizes: preferences.sizes,
      theme: preferences.theme,
      narrow,
      panels: narrow ? { ...preferences.panels, tasks: false, changes: false } : preferences.panels,
    }),
  }))
}
