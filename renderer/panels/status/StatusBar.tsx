import { Circle, CircleAlert, LoaderCircle } from 'lucide-react'
import type { ReactElement } from 'react'
import { useApp } from '../../app/context.ts'
import { money, plural } from '../../ui/format.ts'
import './status.css'

export function StatusBar(): ReactElement {
  const status = useApp((state) => state.status)
  const waits = useApp((state) => [...state.approvals.values()].filter((approval) => approval.status === 'pending').length)
  return (
    <footer className="status-bar" aria-label="Status">
      <CoreState />
      {status ? (
        <>
          <span title="Agent threads that work now, of all">workers {status.workers.busy}/{status.workers.total}</span>
          <span title="Runs that wait for their turn">queue {status.queue}</span>
          {waits > 0 ? <span className="waits">{plural(waits, 'decision')} for you</span> : null}
          <span className="spacer" />
          <span title="What all tasks of this data folder have cost">spent {money(status.totalCostUsd)}</span>
          <span className="muted" title={`Process ${status.pid}, owner number ${status.epoch}`}>{status.version}</span>
        </>
      ) : null}
    </footer>
  )
}

function CoreState(): ReactElement {
  const connection = useApp((state) => state.connection)
  const error = useApp((state) => state.connectionError)
  if (connection === 'open') {
    return (
      <span className="status-mark done" role="status">
        <Circle className="dot" aria-hidden="true" /> core
      </span>
    )
  }
  return (
    <span className={`status-mark ${error ? 'failed' : 'waiting'}`} role="status" title={error?.message}>
      {error ? <CircleAlert aria-hidden="true" /> : <LoaderCircle className="spin" aria-hidden="true" />}
      {connection === 'connecting' ? 'connecting…' : 'core lost, trying again…'}
    </span>
  )
}
