import { Plus, X } from 'lucide-react'
import { useEffect } from 'react'
import type { ReactElement } from 'react'
import { useApp, useServices } from '../../app/context.ts'
import { folderName } from '../../ui/format.ts'
import { TerminalView } from './TerminalView.tsx'
import './terminal.css'

let opened = 0

/** Shells of the person, each on a pty of the core. They live until they are closed, whether the panel is in sight or not. */
export function Terminals(): ReactElement {
  const { store } = useServices()
  const tabs = useApp((state) => state.terminals)
  const active = useApp((state) => state.activeTerminal)
  const workspace = useApp((state) => state.workspace)
  const { addTerminal, removeTerminal, activateTerminal } = store.getState()
  const add = (): void => {
    if (workspace === null) return
    opened += 1
    addTerminal({ key: `terminal-${opened}`, title: folderName(workspace), workspace })
  }
  useEffect(() => {
    if (workspace !== null && store.getState().terminals.length === 0) add()
    // Only when the panel is opened for the first time, or the first folder is known.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [workspace])
  return (
    <section className="terminals panel" aria-label="Terminal" id="terminal-panel">
      <div className="terminal-tabs" role="tablist" aria-label="Terminals">
        {tabs.map((tab) => (
          <div key={tab.key} className="terminal-tab">
            <button type="button" role="tab" id={`tab-${tab.key}`} aria-selected={tab.key === active} className="button quiet small" onClick={() => activateTerminal(tab.key)} title={tab.workspace}>
              <span className="clip">{tab.title}</span>
            </button>
            <button type="button" className="button quiet small icon" aria-label={`Close terminal ${tab.title}`} onClick={() => removeTerminal(tab.key)}>
              <X aria-hidden="true" />
            </button>
          </div>
        ))}
        <button type="button" className="button quiet small icon" aria-label="New terminal" title="New terminal" disabled={workspace === null} onClick={add}>
          <Plus aria-hidden="true" />
        </button>
        <span className="spacer" />
        <button type="button" className="button quiet small icon" aria-label="Hide the terminal" onClick={() => store.getState().togglePanel('terminal', false)}>
          <X aria-hidden="true" />
        </button>
      </div>
      {tabs.length === 0 ? <p className="empty">A shell in this folder, beside the agents. + opens one.</p> : null}
      {tabs.map((tab) => (
        <div key={tab.key} role="tabpanel" aria-labelledby={`tab-${tab.key}`} className="terminal-body" hidden={tab.key !== active}>
          <TerminalView tab={tab} shown={tab.key === active} />
        </div>
      ))}
    </section>
  )
}
