import { useEffect } from 'react'
import type { ReactElement } from 'react'
import { Changes } from '../panels/changes/Changes.tsx'
import { Composer } from '../panels/composer/Composer.tsx'
import { Palette } from '../panels/palette/Palette.tsx'
import { TaskView } from '../panels/progress/TaskView.tsx'
import { Notices } from '../panels/status/Notices.tsx'
import { StatusBar } from '../panels/status/StatusBar.tsx'
import { TaskList } from '../panels/tasks/TaskList.tsx'
import { Terminals } from '../panels/terminal/Terminals.tsx'
import { TitleBar } from '../panels/title/TitleBar.tsx'
import { Splitter } from '../ui/Splitter.tsx'
import { commandsNow } from './commands.ts'
import { useApp, useServices } from './context.ts'
import { FolderDialog, TrustDialog } from './FolderDialogs.tsx'
import { SIZE_LIMITS } from './layout-slice.ts'
import type { PanelName } from './layout-slice.ts'
import { listenToKeys } from './shortcuts.ts'
import { Welcome } from './Welcome.tsx'
import './app.css'

export function App(): ReactElement {
  const services = useServices()
  const panels = useApp((state) => state.panels)
  const sizes = useApp((state) => state.sizes)
  const narrow = useApp((state) => state.narrow)
  const terminals = useApp((state) => state.terminals.length)
  useEffect(() => {
    const ended = new AbortController()
    listenToKeys(services, ended.signal)
    return () => ended.abort()
  }, [services])
  return (
    <div className={`app ${narrow ? 'narrow' : ''}`}>
      <TitleBar />
      <Notices />
      <div className="middle">
        {panels.tasks ? (
          <Side panel="tasks" size={sizes.tasks}>
            <TaskList />
          </Side>
        ) : null}
        <Centre />
        {panels.changes ? (
          <Side panel="changes" size={sizes.changes}>
            <Changes />
          </Side>
        ) : null}
      </div>
      {panels.terminal || terminals > 0 ? (
        <div className="bottom" style={{ height: sizes.terminal }} hidden={!panels.terminal}>
          <SideSplitter panel="terminal" />
          <Terminals />
        </div>
      ) : null}
      <StatusBar />
      <Dialogs />
    </div>
  )
}

function Side({ panel, size, children }: { panel: 'tasks' | 'changes'; size: number; children: ReactElement }): ReactElement {
  return (
    <div className={`side ${panel}-side`} style={{ width: size }}>
      {panel === 'changes' ? <SideSplitter panel={panel} /> : null}
      {children}
      {panel === 'tasks' ? <SideSplitter panel={panel} /> : null}
    </div>
  )
}

const SPLITTERS: Record<PanelName, { label: string; axis: 'x' | 'y'; direction: 1 | -1 }> = {
  tasks: { label: 'Width of the task list', axis: 'x', direction: 1 },
  changes: { label: 'Width of the changes', axis: 'x', direction: -1 },
  terminal: { label: 'Height of the terminal', axis: 'y', direction: -1 },
}

function SideSplitter({ panel }: { panel: PanelName }): ReactElement {
  const { store } = useServices()
  const value = useApp((state) => state.sizes[panel])
  return <Splitter {...SPLITTERS[panel]} {...SIZE_LIMITS[panel]} value={value} onChange={(size) => store.getState().setSize(panel, size)} />
}

function Centre(): ReactElement {
  const taskId = useApp((state) => state.selectedTaskId)
  const loaded = useApp((state) => state.tasksLoaded)
  return (
    <main className="centre">
      {taskId === null ? loaded ? <Welcome /> : <div className="welcome" /> : <TaskView taskId={taskId} />}
      <Composer key={taskId ?? ''} />
    </main>
  )
}

function Dialogs(): ReactElement | null {
  const services = useServices()
  const dialog = useApp((state) => state.dialog)
  switch (dialog) {
    case null:
      return null
    case 'palette':
      return <Palette commands={commandsNow(services)} onClose={() => services.store.getState().setDialog(null)} />
    case 'folder':
      return <FolderDialog />
    case 'trust':
      return <TrustDialog />
    default:
      return dialog satisfies never
  }
}
