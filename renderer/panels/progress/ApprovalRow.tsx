import { CircleHelp, ShieldQuestion } from 'lucide-react'
import type { KeyboardEvent, ReactElement } from 'react'
import { useActions, useApp } from '../../app/context.ts'
import { DiffView } from '../../ui/DiffView.tsx'
import { parseDiff } from '../../ui/diff.ts'
import type { ApprovalView, Decision } from '../../../shared/api.ts'
import { dangerousParts } from './dangerous-parts.ts'
import type { Item } from './items.ts'

type ApprovalItem = Extract<Item, { kind: 'approval' }>

const TITLES: Record<ApprovalView['kind'], string> = {
  approval: 'May this run?',
  trust: 'Trust this folder?',
  'in-doubt': 'This was cut off: nobody saw whether it finished',
}

interface Choice {
  decision: Decision
  always: boolean
  label: string
  key: string | undefined
  /** What it would do, where the word alone does not say it. */
  meaning?: string
}

/** What waits for a person, in its place: exactly what will run, where, and what each answer means. A allows, D denies. */
export function ApprovalRow({ item }: { item: ApprovalItem }): ReactElement {
  const view = useApp((state) => state.approvals.get(item.approvalId))
  const held = useApp((state) => state.deciding.has(item.approvalId))
  const { decide } = useActions()
  const status = view?.status ?? item.status
  if (status !== 'pending') return <Decided item={item} status={status} decision={view?.decision ?? item.decision} />
  const kind = view?.kind ?? 'approval'
  const choices = choicesFor(kind, view?.alwaysRule)
  const choose = (choice: Choice): void => void decide(item.approvalId, choice.decision, choice.always)
  const onKeyDown = (event: KeyboardEvent): void => {
    const choice = choices.find((one) => one.key === event.key.toLowerCase())
    if (!choice || held || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    choose(choice)
  }
  return (
    <section className="approval-row" role="group" aria-label={`${TITLES[kind]} ${item.tool}`} tabIndex={0} onKeyDown={onKeyDown} data-approval={item.approvalId}>
      <header>
        {kind === 'in-doubt' ? <CircleHelp aria-hidden="true" /> : <ShieldQuestion aria-hidden="true" />}
        <strong>{TITLES[kind]}</strong> <code>{item.tool}</code>
      </header>
      <Preview text={view?.preview ?? item.preview} />
      <p className="small muted">
        {view ? <>In <code>{view.workspace}</code>{item.tool === 'run_command' ? ', with your own rights: there is no sandbox' : ''}.</> : null}
        {kind !== 'in-doubt' && view?.alwaysRule ? <> “Always” allows <code>{view.alwaysRule}</code> from now on without asking.</> : null}
      </p>
      {choices.some(({ meaning }) => meaning) ? (
        <ul className="small approval-meanings">
          {choices.map(({ label, meaning }) => (meaning ? <li key={label}><strong>{label}</strong> {meaning}.</li> : null))}
        </ul>
      ) : null}
      <div className="approval-actions">
        {choices.map((choice, index) => (
          <button key={choice.label} type="button" className={`button small ${index === 0 && kind !== 'in-doubt' ? 'primary' : ''}`} disabled={held} onClick={() => choose(choice)}>
            {choice.label} {choice.key ? <kbd>{choice.key.toUpperCase()}</kbd> : null}
          </button>
        ))}
      </div>
    </section>
  )
}

function choicesFor(kind: ApprovalView['kind'], alwaysRule: string | undefined): Choice[] {
  if (kind === 'in-doubt') {
    return [
      { decision: 'rerun', always: false, label: 'Run again', key: undefined, meaning: 'runs it once more: safe where twice does no harm' },
      { decision: 'skip', always: false, label: 'Skip', key: undefined, meaning: 'goes on without it, and tells the agent so' },
      { decision: 'done', always: false, label: 'Mark done', key: undefined, meaning: 'goes on as if it had finished: you have looked' },
    ]
  }
  const always: Choice[] = alwaysRule === undefined ? [] : [{ decision: 'approve', always: true, label: 'Always', key: undefined }]
  return [
    { decision: 'approve', always: false, label: kind === 'trust' ? 'Trust' : 'Allow once', key: 'a' },
    ...always,
    { decision: 'deny', always: false, label: 'Deny', key: 'd' },
  ]
}

function Preview({ text }: { text: string }): ReactElement {
  const files = parseDiff(text)
  if (files.some((file) => file.hunks.length > 0)) {
    return (
      <div className="approval-preview">
        {files.map((file) => (
          <div key={file.path}>
            <p className="small preview-path">
              {file.path} <span className="added">+{file.added}</span> <span className="removed">−{file.removed}</span>
            </p>
            <DiffView file={file} />
          </div>
        ))}
      </div>
    )
  }
  return (
    <pre className="approval-preview" tabIndex={0} aria-label="What will run">
      {dangerousParts(text).map((part, index) => (part.danger ? <mark key={index} title={part.danger}>{part.text}</mark> : <span key={index}>{part.text}</span>))}
    </pre>
  )
}

const DECIDED_WORDS: Record<string, string> = { approved: 'Allowed', denied: 'Denied', rerun: 'Run again', skip: 'Skipped', done: 'Marked done' }

function Decided({ item, status, decision }: { item: ApprovalItem; status: string; decision: string | undefined }): ReactElement {
  return (
    <p className="thin-row">
      <ShieldQuestion aria-hidden="true" />
      <span>{DECIDED_WORDS[status] ?? DECIDED_WORDS[decision ?? ''] ?? 'Decided'}</span>
      <code className="muted clip">{item.preview.split('\n', 1)[0]}</code>
    </p>
  )
}
