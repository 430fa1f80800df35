import { RotateCw, TriangleAlert, X } from 'lucide-react'
import type { ReactElement } from 'react'
import { useApp, useServices } from '../../app/context.ts'
import { plural } from '../../ui/format.ts'
import { stepWords } from './step-words.ts'

/** The thin lines under the title bar: what went on by itself after a restart, what went wrong, why there is no core. */
export function Notices(): ReactElement {
  return (
    <div className="notices" aria-live="polite">
      <Unreachable />
      <Continued />
      <Notice />
    </div>
  )
}

function Unreachable(): ReactElement | null {
  const lost = useApp((state) => state.connection === 'lost')
  const error = useApp((state) => state.connectionError)
  if (!lost) return null
  return (
    <p className="notice failed">
      <TriangleAlert aria-hidden="true" />
      <span className="clip">{error?.message ?? 'The core is gone. Everything up to the last finished step is stored; trying to reach it again.'}</span>
    </p>
  )
}

function Continued(): ReactElement | null {
  const { store } = useServices()
  const recovered = useApp((state) => state.status?.recovered)
  const seen = useApp((state) => state.recoveredSeen)
  if (seen || !recovered || recovered.length === 0) return null
  const first = recovered[0]
  return (
    <p className="notice">
      <RotateCw aria-hidden="true" />
      <span className="clip" title={recovered.map((one) => one.step).join(', ')}>
        Continued {plural(recovered.length, 'task')} from {recovered.map((one) => stepWords(one.step)).join(' and ')}
      </span>
      {first ? (
        <button type="button" className="button quiet small" onClick={() => store.getState().selectTask(first.taskId)}>
          Show
        </button>
      ) : null}
      <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={() => store.getState().hideRecovered()}>
        <X aria-hidden="true" />
      </button>
    </p>
  )
}

function Notice(): ReactElement | null {
  const { store } = useServices()
  const notice = useApp((state) => state.notice)
  if (!notice) return null
  return (
    <p className="notice failed" role="alert">
      <TriangleAlert aria-hidden="true" />
      <span className="clip" title={notice.message}>{notice.message}</span>
      <code className="muted">{notice.code}</code>
      <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={() => store.getState().setNotice(null)}>
        <X aria-hidden="true" />
      </button>
    </p>
  )
}
