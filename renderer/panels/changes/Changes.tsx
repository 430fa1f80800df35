import { ChevronDown, ChevronRight, FileDiff as FileIcon } from 'lucide-react'
import type { KeyboardEvent, ReactElement } from 'react'
import { useApp, useServices } from '../../app/context.ts'
import { DiffView } from '../../ui/DiffView.tsx'
import { plural } from '../../ui/format.ts'
import './changes.css'

export function Changes(): ReactElement {
  const changes = useApp((state) => (state.changes?.taskId === state.selectedTaskId ? state.changes?.value : undefined))
  const files = changes?.files ?? []
  const added = files.reduce((sum, file) => sum + file.added, 0)
  const removed = files.reduce((sum, file) => sum + file.removed, 0)
  return (
    <aside className="changes panel" aria-label="Changes" id="changes-panel" tabIndex={-1}>
      <header className="panel-head">
        <h2>Changes</h2>
        {files.length > 0 ? (
          <span className="small muted">
            {plural(files.length, 'file')} <span className="added">+{added}</span> <span className="removed">−{removed}</span>
          </span>
        ) : null}
      </header>
      {files.length === 0 ? (
        <p className="empty">What a task changes stands here file by file, from its own checkpoints: no repository is needed.</p>
      ) : (
        <ul className="changed-files">
          {files.map((file) => (
            <ChangedFile key={file.path} {...file} />
          ))}
        </ul>
      )}
    </aside>
  )
}

const STATUS_WORDS = { added: 'new', modified: '', deleted: 'deleted' } as const

function ChangedFile({ path, added, removed, status }: { path: string; added: number; removed: number; status: keyof typeof STATUS_WORDS }): ReactElement {
  const { store } = useServices()
  const open = useApp((state) => state.openFiles.has(path))
  const diff = useApp((state) => state.changes?.value.diffs.get(path))
  const name = path.slice(path.lastIndexOf('/') + 1)
  return (
    <li>
      <button type="button" className="file-row" aria-expanded={open} title={path} onClick={() => store.getState().toggleFile(path)} onKeyDown={stepBetweenFiles}>
        {open ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
        <FileIcon aria-hidden="true" className="muted" />
        <span className="clip file-name">
          {name} <span className="muted small">{path.slice(0, path.length - name.length).replace(/\/$/, '')}</span>
        </span>
        <span className="small muted">{STATUS_WORDS[status]}</span>
        <span className="small counts">
          {added > 0 ? <span className="added">+{added}</span> : null} {removed > 0 ? <span className="removed">−{removed}</span> : null}
        </span>
      </button>
      {open ? diff ? <DiffView file={diff} /> : <p className="empty">No text to show: the file is binary or empty.</p> : null}
    </li>
  )
}

/** J and K go from file to file. */
function stepBetweenFiles(event: KeyboardEvent<HTMLButtonElement>): void {
  const item = event.currentTarget.parentElement
  const next = event.key === 'j' ? item?.nextElementSibling : event.key === 'k' ? item?.previousElementSibling : null
  const button = next?.querySelector('button')
  if (button) button.focus()
}
