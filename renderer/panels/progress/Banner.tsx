import { Hand, OctagonX, RotateCw, Timer, Unplug } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ReactElement } from 'react'
import { useActions, useApp } from '../../app/context.ts'
import { duration } from '../../ui/format.ts'
import { bannerFor } from './banner-text.ts'

const ICONS = { parked: Hand, interrupted: Unplug, failed: OctagonX, waiting: Timer } as const

/** What happened, what is safe, and the one thing to do next. */
export function Banner({ taskId }: { taskId: string }): ReactElement | null {
  const actions = useActions()
  const status = useApp((state) => state.tasks.get(taskId)?.status)
  const reason = useApp((state) => state.progress.get(taskId)?.statusReason ?? state.tasks.get(taskId)?.reason)
  const until = useApp((state) => state.progress.get(taskId)?.until)
  const spent = useApp((state) => state.progress.get(taskId)?.usage.costUsd ?? null)
  const banner = status === undefined ? undefined : bannerFor(status, reason, spent)
  if (!banner) return null
  const Icon = ICONS[banner.hue]
  return (
    <section className={`banner ${banner.hue}`} role="status" aria-label={banner.title}>
      <Icon aria-hidden="true" />
      <div>
        <p>
          <strong>{banner.title}</strong> {banner.hue === 'waiting' && until !== undefined ? <Countdown until={until} /> : null}
        </p>
        {banner.safe === undefined ? null : <p className="muted small">{banner.safe}</p>}
      </div>
      {banner.action === 'decide' ? (
        <button type="button" className="button" onClick={() => focusApproval()}>
          Show
        </button>
      ) : banner.action ? (
        <button type="button" className="button primary" onClick={() => void actions.resume(taskId, banner.options)}>
          <RotateCw aria-hidden="true" /> {banner.label}
        </button>
      ) : null}
    </section>
  )
}

function focusApproval(): void {
  const approvals = document.querySelectorAll<HTMLElement>('[data-approval]')
  approvals[approvals.length - 1]?.focus()
}

const TICK_MS = 1000

function Countdown({ until }: { until: number }): ReactElement {
  const [left, setLeft] = useState(() => until - Date.now())
  useEffect(() => {
    const timer = setInterval(() => setLeft(until - Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [until])
  return <span role="timer">It goes on by itself in {duration(Math.max(0, left))}</span>
}
