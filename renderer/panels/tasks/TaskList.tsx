import { useVirtualizer } from '@tanstack/react-virtual'
import { Plus } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { KeyboardEvent, ReactElement } from 'react'
import { useApp, useServices } from '../../app/context.ts'
import { StatusMark } from '../../ui/StatusMark.tsx'
import { exactTime, folderName, relativeTime } from '../../ui/format.ts'
import { reasonWords } from '../../ui/reason-words.ts'
import { useNow } from '../../ui/use-now.ts'
import './tasks.css'

const ROW_PX = 44

export function TaskList(): ReactElement {
  const { store } = useServices()
  const order = useApp((state) => state.taskOrder)
  const selected = useApp((state) => state.selectedTaskId)
  const loaded = useApp((state) => state.tasksLoaded)
  const scroll = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: order.length, getScrollElement: () => scroll.current, estimateSize: () => ROW_PX, overscan: 8 })
  const place = selected === null ? -1 : order.indexOf(selected)
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place)
  }, [place, rows])

  const onKeyDown = (event: KeyboardEvent): void => {
    const { stepSelection, togglePanel, narrow } = store.getState()
    if (event.key === 'j' || event.key === 'ArrowDown') stepSelection(1)
    else if (event.key === 'k' || event.key === 'ArrowUp') stepSelection(-1)
    else if (event.key === 'Enter') {
      if (narrow) togglePanel('tasks', false)
      document.getElementById('task-view')?.focus()
    } else return
    event.preventDefault()
  }

  return (
    <nav className="tasks panel" aria-label="Tasks" id="tasks-panel">
      <header className="panel-head">
        <h2>Tasks</h2>
        <span className="muted small">{order.length > 0 ? order.length.toLocaleString('en') : ''}</span>
        <button type="button" className="button quiet small" onClick={() => openNew(store.getState())} title="New task (N)">
          <Plus aria-hidden="true" /> New
        </button>
      </header>
      {loaded && order.length === 0 ? <p className="empty">Tasks you start stand here, and stay. Each goes on where it was, even after a crash.</p> : null}
      <div
        ref={scroll}
        className="task-scroll"
        role="listbox"
        tabIndex={0}
        id="task-list"
        aria-label="Tasks, newest first"
        aria-activedescendant={selected === null ? undefined : `task-${selected}`}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map((row) => {
            const id = order[row.index]
            return id === undefined ? null : <TaskRow key={id} id={id} top={row.start} place={row.index + 1} count={order.length} />
          })}
        </div>
      </div>
    </nav>
  )
}

function openNew(state: { selectTask(id: null): void; narrow: boolean; togglePanel(panel: 'tasks', open: boolean): void }): void {
  state.selectTask(null)
  if (state.narrow) state.togglePanel('tasks', false)
  requestAnimationFrame(() => document.getElementById('composer')?.focus())
}

function TaskRow({ id, top, place, count }: { id: string; top: number; place: number; count: number }): ReactElement | null {
  const { store } = useServices()
  const task = useApp((state) => state.tasks.get(id))
  const selected = useApp((state) => state.selectedTaskId === id)
  const now = useNow()
  if (!task) return null
  return (
    <div
      id={`task-${id}`}
      role="option"
      aria-selected={selected}
      aria-posinset={place}
      aria-setsize={count}
      className="task-row"
      style={{ transform: `translateY(${top}px)` }}
      title={task.task}
      onClick={() => {
        const { selectTask, narrow, togglePanel } = store.getState()
        selectTask(id)
        if (narrow) togglePanel('tasks', false)
      }}
    >
      <StatusMark status={task.status} iconOnly />
      <span className="task-name clip" dir="auto">{task.task}</span>
      <span className="task-where muted small clip">{task.status === 'parked' && task.reason ? `Needs ${reasonWords(task.reason)}` : folderName(task.workspace)}</span>
      <time className="muted small" dateTime={new Date(task.updatedAt).toISOString()} title={exactTime(task.updatedAt)}>
        {relativeTime(task.updatedAt, now)}
      </time>
    </div>
  )
}
