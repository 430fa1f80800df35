import { ArrowRight, Check, CircleDot, Flag, OctagonX, RotateCw, Unplug } from 'lucide-react'
import { memo } from 'react'
import type { ReactElement } from 'react'
import { useActions } from '../../app/context.ts'
import { RichText } from '../../ui/RichText.tsx'
import { exactTime, plural } from '../../ui/format.ts'
import { reasonWords } from '../../ui/reason-words.ts'
import { ApprovalRow } from './ApprovalRow.tsx'
import type { Item } from './items.ts'
import { ToolsRow } from './ToolsRow.tsx'

/** One row, drawn again only when it was replaced. */
export const Row = memo(function Row({ item }: { item: Item }): ReactElement {
  switch (item.kind) {
    case 'message':
      return <MessageRow item={item} />
    case 'tools':
      return <ToolsRow item={item} />
    case 'step':
      return (
        <p className="thin-row" title={exactTime(item.ts)}>
          <CircleDot aria-hidden="true" />
          <span dir="auto">{item.message}</span>
          {item.agent ? <span className="muted">{item.agent}</span> : null}
        </p>
      )
    case 'handoff':
      return (
        <p className="thin-row" title={item.handoff.reason}>
          <ArrowRight aria-hidden="true" />
          <span className="handoff">
            <strong>{item.handoff.from}</strong> handed over to <strong>{item.handoff.to}</strong>
          </span>
          <span className="muted clip" dir="auto">{item.handoff.reason}</span>
        </p>
      )
    case 'approval':
      return <ApprovalRow item={item} />
    case 'checkpoint':
      return (
        <p className="thin-row" title={item.files.join('\n')}>
          <Flag aria-hidden="true" />
          <span>Checkpoint {item.checkpoint}</span>
          <span className="muted clip">{item.files.length > 3 ? plural(item.files.length, 'file') : item.files.join(', ')}</span>
        </p>
      )
    case 'recovered':
      return (
        <p className="thin-row recovered">
          <RotateCw aria-hidden="true" />
          <span>{item.reason === 'restart' ? 'Went on after a restart' : 'Went on after a worker died'}; what was done stays done</span>
        </p>
      )
    case 'complete':
      return <CompleteRow item={item} />
    case 'failed':
      return (
        <section className="end-row failed" aria-label="Failed">
          <OctagonX aria-hidden="true" />
          <div>
            <p dir="auto">{item.error.message}</p>
            <code className="muted">{item.error.code}</code>
          </div>
        </section>
      )
    case 'stopped':
      return (
        <p className="thin-row">
          <Unplug aria-hidden="true" />
          <span>{item.how === 'parked' ? `Waits for you: ${reasonWords(item.reason)}` : `${item.how === 'cancelled' ? 'Cancelled' : 'Interrupted'}: ${item.reason}`}</span>
        </p>
      )
    default:
      return item satisfies never
  }
})

function MessageRow({ item }: { item: Extract<Item, { kind: 'message' }> }): ReactElement {
  const { openLink } = useActions()
  return (
    <article className={`message-row ${item.agent === 'user' ? 'user' : ''}`} aria-label={item.agent === 'user' ? 'You said' : `${item.agent} says`} aria-busy={item.streaming}>
      <header className="agent small" title={exactTime(item.ts)}>
        {item.agent === 'user' ? 'you' : item.agent}
        {item.begunAgain ? <span className="muted"> · began again</span> : null}
      </header>
      <RichText text={item.text} onLink={openLink} />
    </article>
  )
}

function CompleteRow({ item }: { item: Extract<Item, { kind: 'complete' }> }): ReactElement {
  const { openLink } = useActions()
  const { success, summary, filesModified, validation } = item.result
  const tests = validation?.tests
  return (
    <section className={`end-row ${success ? 'done' : 'failed'}`} aria-label={success ? 'Done' : 'Ended without success'}>
      {success ? <Check aria-hidden="true" /> : <OctagonX aria-hidden="true" />}
      <div>
        <RichText text={summary} onLink={openLink} />
        <p className="small muted facts">
          <span>{plural(filesModified.length, 'file')} changed</span>
          {tests ? <span>{tests.passed} tests pass{tests.failed > 0 ? `, ${tests.failed} fail` : ''} ({tests.runner})</span> : null}
          {validation?.diagnostics ? <span>{plural(validation.diagnostics.errors, 'error')} in diagnostics</span> : null}
          {validation?.review ? <span>review {validation.review.approved ? 'approved' : 'not approved'}</span> : null}
        </p>
      </div>
    </section>
  )
}
