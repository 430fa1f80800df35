import type { SetSlice } from '../../app/slice.ts'
import { parseDiff } from '../../ui/diff.ts'
import type { FileDiff } from '../../ui/diff.ts'
import type { TaskDetail } from '../../../shared/tasks.ts'

export interface TaskChanges {
  files: TaskDetail['changes']
  diffs: ReadonlyMap<string, FileDiff>
}

export interface ChangesSlice {
  changes: { taskId: string; value: TaskChanges } | null
  openFiles: ReadonlySet<string>
  setChanges(taskId: string, files: TaskDetail['changes'], diff: string): void
  toggleFile(path: string): void
}

export function createChangesSlice(set: SetSlice<ChangesSlice>): ChangesSlice {
  return {
    changes: null,
    openFiles: new Set(),
    setChanges: (taskId, files, diff) =>
      set((state) => ({
        changes: { taskId, value: { files, diffs: new Map(parseDiff(diff).map((file) => [file.path, file])) } },
        openFiles: state.changes?.taskId === taskId ? state.openFiles : new Set(),
      })),
    toggleFile: (path) =>
      set(({ openFiles }) => {
        const next = new Set(openFiles)
        if (!next.delete(path)) next.add(path)
        return { openFiles: next }
      }),
  }
}
