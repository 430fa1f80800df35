import { CloudRain } from 'lucide-react'
import type { ReactElement } from 'react'
import { useApp, useServices } from './context.ts'

const FIRST_TASK = 'create a node library called slugify'

/** Before there is a task: it teaches one thing and offers one action. */
export function Welcome(): ReactElement {
  const { store } = useServices()
  const workspace = useApp((state) => state.workspace)
  const first = useApp((state) => state.taskOrder.length === 0)
  return (
    <div className="welcome">
      <CloudRain aria-hidden="true" />
      <h2>{first ? 'Nothing you start here gets lost' : 'A new task'}</h2>
      <p className="muted">
        Every step is on disk before the next begins. Close the window, lose the power: the task goes on from the step it had reached.
        {workspace === null ? null : <> It works in <code dir="ltr">{workspace}</code>.</>}
      </p>
      {first ? (
        <button
          type="button"
          className="button"
          onClick={() => {
            store.getState().setDraft('', FIRST_TASK)
            document.getElementById('composer')?.focus()
          }}
        >
          Try: “{FIRST_TASK}”
        </button>
      ) : null}
    </div>
  )
}
