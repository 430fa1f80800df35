import type { Command } from '../panels/palette/match.ts'
import { bannerFor } from '../panels/progress/banner-text.ts'
import { shortcut } from '../ui/platform.ts'
import { FINISHED_STATUSES, modeSchema } from '../../shared/tasks.ts'
import { THEMES } from '../../shared/desktop-bridge.ts'
import type { AppServices } from './context.ts'

const PALETTE_TASKS = 200

/** Every action there is, as the palette lists them: those that make sense now. */
export function commandsNow({ store, actions }: AppServices): Command[] {
  const state = store.getState()
  const { selectedTaskId } = state
  const task = selectedTaskId === null ? undefined : state.tasks.get(selectedTaskId)
  const command = (id: string, group: string, name: string, run: () => void, keys?: string): Command => ({ id, group, name, run, ...(keys === undefined ? {} : { keys }) })
  const list: Command[] = [
    command('new', 'Task', 'New task', () => openNewTask(store), 'N'),
    command('message', 'Task', 'Write a message', () => document.getElementById('composer')?.focus(), '/'),
  ]
  if (task) {
    const stoppable = task.status === 'running' || task.status === 'queued' || task.status === 'waiting'
    if (stoppable) list.push(command('stop', 'Task', 'Stop this task; it can go on later', () => void actions.interrupt(task.id), shortcut('.')))
    if (task.status === 'interrupted' || task.status === 'parked') list.push(command('resume', 'Task', 'Resume this task', () => resumeSelected({ store, actions }), 'R'))
    if (!FINISHED_STATUSES.has(task.status)) list.push(command('cancel', 'Task', 'Cancel this task for good', () => void actions.cancel(task.id)))
  }
  list.push(
    command('approvals', 'Task', 'Go to the decision that waits', () => focusApproval()),
    command('panel-tasks', 'View', 'Task list', () => state.togglePanel('tasks'), shortcut('1')),
    command('panel-task', 'View', 'Progress', () => document.getElementById('task-view')?.focus(), shortcut('2')),
    command('panel-changes', 'View', 'Changes', () => state.togglePanel('changes'), shortcut('3')),
    command('panel-terminal', 'View', 'Terminal', () => state.togglePanel('terminal'), shortcut('4')),
    command('folder', 'Folder', 'Open a folder…', () => void actions.openFolder()),
  )
  if (state.trusted === false) list.push(command('trust', 'Folder', 'Trust this folder…', () => state.setDialog('trust')))
  for (const mode of modeSchema.options) list.push(command(`mode-${mode}`, 'Mode', `Mode: ${mode}`, () => state.chooseMode(selectedTaskId ?? '', mode)))
  for (const theme of THEMES) list.push(command(`theme-${theme}`, 'View', `Theme: ${theme}`, () => state.setTheme(theme)))
  for (const id of state.taskOrder.slice(0, PALETTE_TASKS)) list.push(command(`task-${id}`, 'Open', state.tasks.get(id)?.task ?? id, () => state.selectTask(id)))
  return list
}

export function openNewTask(store: AppServices['store']): void {
  store.getState().selectTask(null)
  requestAnimationFrame(() => document.getElementById('composer')?.focus())
}

export function focusApproval(): void {
  const waiting = document.querySelectorAll<HTMLElement>('[data-approval]')
  waiting[waiting.length - 1]?.focus()
}

/** Goes on with the open task as its banner offers it: with what had run out granted again. */
export function resumeSelected({ store, actions }: AppServices): void {
  const { selectedTaskId, tasks, progress } = store.getState()
  const task = selectedTaskId === null ? undefined : tasks.get(selectedTaskId)
  if (!task) return
  const { statusReason, usage } = progress.get(task.id) ?? {}
  void actions.resume(task.id, bannerFor(task.status, statusReason ?? task.reason, usage?.costUsd)?.options)
}
