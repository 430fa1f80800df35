import { z } from 'zod'
import { THEMES } from '../../shared/desktop-bridge.ts'
import { modeSchema } from '../../shared/tasks.ts'
import { DEFAULT_PANELS, DEFAULT_SIZES } from './layout-slice.ts'
import type { AppStore } from './store.ts'

/** How the window was left: its own looks alone, nothing of the tasks. */
const preferencesSchema = z.object({
  panels: z.object({ tasks: z.boolean(), changes: z.boolean(), terminal: z.boolean() }).catch(DEFAULT_PANELS),
  sizes: z.object({ tasks: z.number(), changes: z.number(), terminal: z.number() }).catch(DEFAULT_SIZES),
  theme: z.enum(THEMES).catch('system'),
  mode: modeSchema.catch('ask'),
  workspace: z.string().nullable().catch(null),
  selectedTaskId: z.string().nullable().catch(null),
})
export type Preferences = z.infer<typeof preferencesSchema>

const STORAGE_KEY = 'rainy.window'

export function loadPreferences(storage: Storage): Preferences {
  let stored: unknown = {}
  try {
    stored = JSON.parse(storage.getItem(STORAGE_KEY) ?? '{}')
  } catch {
    // Looks that cannot be read are the default ones.
  }
  const parsed = preferencesSchema.safeParse(stored)
  return parsed.success ? parsed.data : preferencesSchema.parse({})
}

/** Writes the looks back whenever they change. */
export function keepPreferences(store: AppStore, storage: Storage): () => void {
  let last = ''
  return store.subscribe((state) => {
    const { sizes, theme, mode, workspace, selectedTaskId, narrow, panels } = state
    // What an overlay did says nothing of how a wide window should open.
    const wide = narrow ? loadPreferences(storage).panels : panels
    const next = JSON.stringify({ panels: wide, sizes, theme, mode, workspace, selectedTaskId })
    if (next === last) return
    last = next
    storage.setItem(STORAGE_KEY, next)
  })
}
