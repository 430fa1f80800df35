import { useState } from 'react'
import type { ReactElement } from 'react'
import { Dialog } from '../ui/Dialog.tsx'
import { useActions, useApp, useServices } from './context.ts'

/** In a browser there is no dialog for folders: the path is typed. */
export function FolderDialog(): ReactElement {
  const { store } = useServices()
  const actions = useActions()
  const [path, setPath] = useState(store.getState().workspace ?? '')
  const close = (): void => store.getState().setDialog(null)
  return (
    <Dialog label="Open a folder" onClose={close}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          close()
          void actions.changeWorkspace(path.trim())
        }}
      >
        <h2>Open a folder</h2>
        <input className="field code" aria-label="Path of the folder" autoFocus value={path} onChange={(event) => setPath(event.target.value)} placeholder="/home/me/project" />
        <p className="muted small">The whole path. A folder that is not there yet is made when the first task starts.</p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>Back</button>
          <button type="submit" className="button primary" disabled={path.trim() === ''}>Open</button>
        </div>
      </form>
    </Dialog>
  )
}

export function TrustDialog(): ReactElement {
  const { store } = useServices()
  const actions = useActions()
  const workspace = useApp((state) => state.workspace)
  const close = (): void => store.getState().setDialog(null)
  return (
    <Dialog label="Trust this folder?" onClose={close}>
      <div className="dialog-body">
        <h2>Trust this folder?</h2>
        <p className="code" dir="ltr">{workspace}</p>
        <p>
          Then agents may change its files and run commands here as the mode allows, and what it contains is obeyed: its AGENTS.md, its own settings, its test scripts. Trust a folder whose
          authors you trust.
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={close}>Not now</button>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              close()
              void actions.trustWorkspace()
            }}
          >
            Trust
          </button>
        </div>
      </div>
    </Dialog>
  )
}
