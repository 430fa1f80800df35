import type { SetSlice } from '../../app/slice.ts'
import type { TaskSummary } from '../../../shared/tasks.ts'

export interface TasksSlice {
  tasks: ReadonlyMap<string, TaskSummary>
  /** Newest first. */
  taskOrder: readonly string[]
  tasksLoaded: boolean
  /** Null: the box for a new task. */
  selectedTaskId: string | null
  applyTasks(items: readonly TaskSummary[]): void
  markTasksLoaded(): void
  selectTask(taskId: string | null): void
  /** J and K: to the next or the one before, staying within the list. */
  stepSelection(by: 1 | -1): void
}

export function createTasksSlice(set: SetSlice<TasksSlice>): TasksSlice {
  return {
    tasks: new Map(),
    taskOrder: [],
    tasksLoaded: false,
    selectedTaskId: null,
    applyTasks: (items) =>
      set((state) => {
        const tasks = new Map(state.tasks)
        for (const item of items) tasks.set(item.id, item)
        return { tasks, taskOrder: orderOf(tasks, state) }
      }),
    markTasksLoaded: () => set(() => ({ tasksLoaded: true })),
    selectTask: (selectedTaskId) => set(() => ({ selectedTaskId })),
    stepSelection: (by) =>
      set(({ taskOrder, selectedTaskId }) => {
        const at = selectedTaskId === null ? (by === 1 ? -1 : 0) : taskOrder.indexOf(selectedTaskId)
        return { selectedTaskId: taskOrder[Math.max(0, Math.min(taskOrder.length - 1, at + by))] ?? null }
      }),
  }
}

/** The order changes only when a task is new: nothing moves under the pointer while tasks report. */
function orderOf(tasks: ReadonlyMap<string, TaskSummary>, before: TasksSlice): readonly string[] {
  if (tasks.size === before.tasks.size) return before.taskOrder
  return [...tasks.values()].toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).map((task) => task.id)
}
