import { Folder, PanelLeft, PanelRight, Search, SquareTerminal } from 'lucide-react'
import type { ReactElement } from 'react'
import { useActions, useApp, useServices } from '../../app/context.ts'
import { folderName } from '../../ui/format.ts'
import { shortcut } from '../../ui/platform.ts'
import './title.css'

export function TitleBar(): ReactElement {
  const { store } = useServices()
  const actions = useActions()
  const workspace = useApp((state) => state.workspace)
  const panels = useApp((state) => state.panels)
  const { togglePanel, setDialog } = store.getState()
  return (
    <header className="title-bar">
      <button type="button" className="button quiet icon" aria-label="Task list" aria-pressed={panels.tasks} title={`Task list (${shortcut('1')})`} onClick={() => togglePanel('tasks')}>
        <PanelLeft aria-hidden="true" />
      </button>
      <h1 className="product">Rainy Brain</h1>
      <button type="button" className="button quiet workspace" title={workspace ?? 'No folder yet'} onClick={() => void actions.openFolder()}>
        <Folder aria-hidden="true" />
        <span className="clip">{workspace === null ? 'Open a folder' : folderName(workspace)}</span>
        <span className="sr-only">, change folder</span>
      </button>
      <span className="spacer" />
      <button type="button" className="button quiet" onClick={() => setDialog('palette')} aria-label="Command palette">
        <Search aria-hidden="true" /> <kbd>{shortcut('K')}</kbd>
      </button>
      <button type="button" className="button quiet icon" aria-label="Terminal" aria-pressed={panels.terminal} title={`Terminal (${shortcut('4')})`} onClick={() => togglePanel('terminal')}>
        <SquareTerminal aria-hidden="true" />
      </button>
      <button type="button" className="button quiet icon" aria-label="Changes" aria-pressed={panels.changes} title={`Changes (${shortcut('3')})`} onClick={() => togglePanel('changes')}>
        <PanelRight aria-hidden="true" />
      </button>
    </header>
  )
}
