import { hasCommandKey } from '../ui/platform.ts'
import { openNewTask, resumeSelected } from './commands.ts'
import type { AppServices } from './context.ts'
import type { PanelName } from './layout-slice.ts'

const PANEL_FOCUS: Record<PanelName, string> = { tasks: '#task-list', changes: '#changes-panel', terminal: '#terminal-panel textarea' }

/** The keys of the whole window; those of a list or an approval are its own. */
export function listenToKeys(services: AppServices, signal: AbortSignal): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const done = hasCommandKey(event) ? commandKey(services, event.key) : !event.altKey && !event.metaKey && !event.ctrlKey && plainKey(services, event)
    if (done) event.preventDefault()
  }, { signal })
}

function commandKey(services: AppServices, key: string): boolean {
  const { store, actions } = services
  const state = store.getState()
  switch (key.toLowerCase()) {
    case 'k':
      state.setDialog(state.dialog === 'palette' ? null : 'palette')
      return true
    case '.':
      if (state.selectedTaskId !== null) void actions.interrupt(state.selectedTaskId)
      return true
    case '1':
      return togglePanel(services, 'tasks')
    case '2':
      document.getElementById('task-view')?.focus()
      return true
    case '3':
      return togglePanel(services, 'changes')
    case '4':
      return togglePanel(services, 'terminal')
    default:
      return false
  }
}

/** Opens and goes there; from within it, closes and gives focus back to the composer. */
function togglePanel({ store }: AppServices, panel: PanelName): boolean {
  const inside = document.activeElement?.closest(`#${panel}-panel`) !== null
  store.getState().togglePanel(panel, !inside)
  const next = inside ? '#composer' : PANEL_FOCUS[panel]
  requestAnimationFrame(() => document.querySelector<HTMLElement>(next)?.focus())
  return true
}

function plainKey(services: AppServices, event: KeyboardEvent): boolean {
  const { store } = services
  const state = store.getState()
  if (event.key === 'Escape') return goBack(state)
  if (typing(event.target) || state.dialog !== null) return false
  switch (event.key) {
    case 'n':
      openNewTask(store)
      return true
    case '/':
      document.getElementById('composer')?.focus()
      return true
    case 'j':
      state.stepSelection(1)
      return true
    case 'k':
      state.stepSelection(-1)
      return true
    case 'r':
      resumeSelected(services)
      return true
    default:
      return false
  }
}

/** Escape leaves what floats first, then what one types in. */
function goBack(state: ReturnType<AppServices['store']['getState']>): boolean {
  if (state.dialog !== null) state.setDialog(null)
  else if (state.narrow && state.panels.tasks) state.togglePanel('tasks', false)
  else if (state.narrow && state.panels.changes) state.togglePanel('changes', false)
  else if (document.activeElement?.closest('#terminal-panel')) return false
  else document.getElementById('task-view')?.focus()
  return true
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}
