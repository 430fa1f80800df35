import { Ban, Check, ChevronDown, ChevronRight, CircleHelp, LoaderCircle, OctagonX } from 'lucide-react'
import { useState } from 'react'
import type { ReactElement } from 'react'
import { duration } from '../../ui/format.ts'
import type { Item, ToolCallItem, ToolStatus } from './items.ts'
import { Output } from './Output.tsx'
import { callSubject } from './call-subject.ts'

const MARKS = {
  pending: { word: 'running', hue: 'running', Icon: LoaderCircle },
  success: { word: 'done', hue: 'quiet', Icon: Check },
  error: { word: 'failed', hue: 'failed', Icon: OctagonX },
  denied: { word: 'denied', hue: 'waiting', Icon: Ban },
  unknown: { word: 'outcome unknown', hue: 'parked', Icon: CircleHelp },
} as const satisfies Record<ToolStatus, unknown>

/** The worst of a batch stands for it. */
const WEIGHT: readonly ToolStatus[] = ['unknown', 'error', 'denied', 'pending', 'success']

/** The calls of one batch in one line with a count. It is opened by hand, or by itself where one failed. */
export function ToolsRow({ item }: { item: Extract<Item, { kind: 'tools' }> }): ReactElement {
  const { calls, tool } = item
  const worst = WEIGHT.find((status) => calls.some((call) => call.status === status)) ?? 'success'
  const runs = worst === 'pending' && calls.some((call) => call.output !== undefined)
  const [chosen, setChosen] = useState<boolean | null>(null)
  const open = chosen ?? (worst === 'error' || worst === 'unknown' || runs)
  const { word, hue, Icon } = MARKS[worst]
  const longest = Math.max(0, ...calls.map((call) => call.durationMs ?? 0))
  const only = calls.length === 1 ? calls[0] : undefined
  return (
    <section className={`tools-row ${hue}`}>
      <button type="button" className="tools-line" aria-expanded={open} onClick={() => setChosen(!open)}>
        {open ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
        <code className="tool-name">{tool}</code>
        {calls.length > 1 ? <span className="muted">×{calls.length}</span> : null}
        <span className="clip tool-subject" dir="auto">{only ? callSubject(only) : calls.map(callSubject).filter(Boolean).join(', ')}</span>
        {only?.summary !== undefined && only.error === undefined ? <span className="muted small clip tool-summary">{only.summary}</span> : null}
        <span className="muted small">{longest > 0 ? duration(longest) : ''}</span>
        <span className={`status-mark ${hue}`}>
          <Icon className={worst === 'pending' ? 'spin' : undefined} aria-hidden="true" />
          <span className="sr-only">{word}</span>
        </span>
      </button>
      {open ? (
        <ul className="calls">
          {calls.map((call) => (
            <Call key={call.callId} call={call} alone={only !== undefined} />
          ))}
        </ul>
      ) : null}
    </section>
  )
}

function Call({ call, alone }: { call: ToolCallItem; alone: boolean }): ReactElement {
  const { word, hue } = MARKS[call.status]
  return (
    <li className="call">
      {alone ? null : (
        <p className="call-line">
          <span className="clip" dir="auto">{callSubject(call) || call.callId}</span>
          <span className="muted small clip">{call.summary}</span>
          <span className={`small status-mark ${hue}`}>{word}</span>
        </p>
      )}
      {call.error ? (
        <p className="call-error">
          <span dir="auto">{call.error.message}</span> <code className="muted">{call.error.code}</code>
        </p>
      ) : null}
      {call.output ? <Output text={call.output} name={callSubject(call)} /> : alone && !call.error ? <Details call={call} /> : null}
    </li>
  )
}

function Details({ call }: { call: ToolCallItem }): ReactElement {
  return (
    <pre className="args" tabIndex={0} aria-label={`Arguments of ${call.tool}`}>
      {JSON.stringify(call.args ?? {}, null, 2)}
    </pre>
  )
}
