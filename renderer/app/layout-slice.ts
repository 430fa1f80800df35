import type { Theme } from '../../shared/desktop-bridge.ts'
import type { SetSlice } from './slice.ts'

export type PanelName = 'tasks' | 'changes' | 'terminal'
export type DialogName = 'palette' | 'folder' | 'trust'

export interface LayoutSlice {
  panels: Record<PanelName, boolean>
  sizes: Record<PanelName, number>
  theme: Theme
  dialog: DialogName | null
  /** Under 900 px the side panels lie over the centre, and one at a time is open. */
  narrow: boolean
  togglePanel(panel: PanelName, open?: boolean): void
  setSize(panel: PanelName, size: number): void
  setTheme(theme: Theme): void
  setDialog(dialog: DialogName | null): void
  setNarrow(narrow: boolean): void
}

export const SIZE_LIMITS: Record<PanelName, { min: number; max: number }> = {
  tasks: { min: 180, max: 480 },
  changes: { min: 220, max: 900 },
  terminal: { min: 96, max: 700 },
}

export const DEFAULT_SIZES: Record<PanelName, number> = { tasks: 248, changes: 320, terminal: 220 }
export const DEFAULT_PANELS: Record<PanelName, boolean> = { tasks: true, changes: true, terminal: false }

type Start = Pick<LayoutSlice, 'panels' | 'sizes' | 'theme' | 'narrow'>

export function createLayoutSlice(set: SetSlice<LayoutSlice>, start: Start): LayoutSlice {
  return {
    ...start,
    dialog: null,
    togglePanel: (panel, open) =>
      set(({ panels, narrow }) => {
        const next = open ?? !panels[panel]
        const side = panel !== 'terminal'
        const others = narrow && side && next ? { tasks: false, changes: false } : {}
        return { panels: { ...panels, ...others, [panel]: next } }
      }),
    setSize: (panel, size) => set(({ sizes }) => ({ sizes: { ...sizes, [panel]: size } })),
    setTheme: (theme) => set(() => ({ theme })),
    setDialog: (dialog) => set(() => ({ dialog })),
    setNarrow: (narrow) =>
      set((state) => (state.narrow === narrow ? {} : { narrow, panels: { ...state.panels, tasks: !narrow, changes: !narrow } })),
  }
}
