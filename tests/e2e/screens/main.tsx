import '../../../renderer/ui/tokens.css'
import '../../../renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import type { Connection } from '../../../renderer/api/connection.ts'
import { mountApp } from '../../../renderer/app/mount.tsx'
import { SCENES } from './scenes.ts'

/** The window on a core that says what a scene tells it: `?scene=busy&theme=dark`. For looking at, and for checks of roles and names. */
const query = new URLSearchParams(location.search)
const scene = SCENES[query.get('scene') ?? 'busy']
const element = document.getElementById('root')
if (!scene || !element) throw new Error('no such scene')
const { api, start } = scene()
const connection: Connection = {
  onState: (listener) => void queueMicrotask(() => listener('open', null)),
  api: () => Promise.resolve(api),
}
const store = mountApp({ root: createRoot(element), connection, bridge: undefined, signal: new AbortController().signal })
const theme = query.get('theme')
if (theme === 'dark' || theme === 'light') store.getState().setTheme(theme)
start(store)
