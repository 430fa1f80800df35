import type { SetSlice } from '../../app/slice.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import { foldProgress } from './fold.ts'
import { EMPTY_PROGRESS } from './items.ts'
import type { TaskProgress } from './items.ts'

/** How many tasks' progress is kept, so that going back to one is at once. */
export const KEPT_TASKS = 8

export interface ProgressSlice {
  progress: ReadonlyMap<string, TaskProgress>
  applyProgress(taskId: string, events: readonly ProgressEvent[]): void
}

export function createProgressSlice(set: SetSlice<ProgressSlice>): ProgressSlice {
  return {
    progress: new Map(),
    applyProgress: (taskId, events) =>
      set(({ progress }) => {
        const kept = [...progress].filter(([id]) => id !== taskId).slice(1 - KEPT_TASKS)
        return { progress: new Map([...kept, [taskId, foldProgress(progress.get(taskId) ?? EMPTY_PROGRESS, events)]]) }
      }),
  }
}
