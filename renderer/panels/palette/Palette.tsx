import { useId, useMemo, useState } from 'react'
import type { KeyboardEvent, ReactElement } from 'react'
import { Dialog } from '../../ui/Dialog.tsx'
import { matchCommands } from './match.ts'
import type { Command } from './match.ts'
import './palette.css'

interface PaletteProps {
  commands: readonly Command[]
  onClose: () => void
}

/** Every action of the window by its name. */
export function Palette({ commands, onClose }: PaletteProps): ReactElement {
  const [query, setQuery] = useState('')
  const [place, setPlace] = useState(0)
  const list = useId()
  const found = useMemo(() => matchCommands(commands, query), [commands, query])
  const at = Math.min(place, found.length - 1)
  const run = (command: Command | undefined): void => {
    if (!command) return
    onClose()
    // After the dialog has given focus back, so that the action may take it.
    requestAnimationFrame(() => command.run())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setPlace(Math.min(found.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setPlace(Math.max(0, at - 1))
    else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Dialog label="Command palette" className="palette" onClose={onClose}>
      <input
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[at] ? `${list}-${at}` : undefined}
        aria-label="Search actions and tasks"
        placeholder="Search actions and tasks…"
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setPlace(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={list} role="listbox" aria-label="Actions" className="palette-list">
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            ref={index === at ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            className="palette-row"
            onClick={() => run(command)}
          >
            <span className="clip" dir="auto">{command.name}</span>
            <span className="muted small">{command.group}</span>
            {command.keys === undefined ? null : <kbd>{command.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="empty">Nothing has that name.</p> : null}
    </Dialog>
  )
}
