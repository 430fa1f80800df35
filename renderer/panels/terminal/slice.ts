import type { SetSlice } from '../../app/slice.ts'

export interface TerminalTab {
  /** Of this window alone; the core's id comes when the shell has been opened. */
  key: string
  title: string
  workspace: string
}

export interface TerminalSlice {
  terminals: readonly TerminalTab[]
  activeTerminal: string | null
  addTerminal(tab: TerminalTab): void
  removeTerminal(key: string): void
  activateTerminal(key: string): void
}

export function createTerminalSlice(set: SetSlice<TerminalSlice>): TerminalSlice {
  return {
    terminals: [],
    activeTerminal: null,
    addTerminal: (tab) => set(({ terminals }) => ({ terminals: [...terminals, tab], activeTerminal: tab.key })),
    removeTerminal: (key) =>
      set(({ terminals, activeTerminal }) => {
        const left = terminals.filter((tab) => tab.key !== key)
        return { terminals: left, activeTerminal: activeTerminal === key ? (left.at(-1)?.key ?? null) : activeTerminal }
      }),
    activateTerminal: (key) => set(() => ({ activeTerminal: key })),
  }
}
