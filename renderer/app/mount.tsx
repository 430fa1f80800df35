import type { Root } from 'react-dom/client'
import { createActions } from '../api/actions.ts'
import type { Connection } from '../api/connection.ts'
import { startSync } from '../api/sync.ts'
import type { DesktopBridge } from '../../shared/desktop-bridge.ts'
import { App } from './App.tsx'
import { AppContext } from './context.ts'
import { keepPreferences, loadPreferences } from './preferences.ts'
import { createAppStore } from './store.ts'
import type { AppStore } from './store.ts'

interface Mount {
  root: Root
  connection: Connection
  bridge: DesktopBridge | undefined
  signal: AbortSignal
}

export const NARROW_QUERY = '(max-width: 899px)'

/** Wires the window together: state, what fills it, what a person can do, and what draws it. */
export function mountApp({ root, connection, bridge, signal }: Mount): AppStore {
  const preferences = loadPreferences(window.localStorage)
  const narrow = window.matchMedia(NARROW_QUERY)
  const store = createAppStore(preferences, narrow.matches)
  if (preferences.selectedTaskId !== null) store.getState().selectTask(preferences.selectedTaskId)
  const actions = createActions({ connection, store, bridge, signal })
  keepPreferences(store, window.localStorage)
  narrow.addEventListener('change', () => store.getState().setNarrow(narrow.matches), { signal })
  applyTheme(store, bridge)
  startSync(connection, store, actions, signal)
  root.render(
    <AppContext value={{ store, actions }}>
      <App />
    </AppContext>,
  )
  return store
}

function applyTheme(store: AppStore, bridge: DesktopBridge | undefined): void {
  let applied: string | undefined
  const apply = (): void => {
    const { theme } = store.getState()
    if (theme === applied) return
    applied = theme
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
    bridge?.setTheme(theme)
  }
  apply()
  store.subscribe(apply)
}
