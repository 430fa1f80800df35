import { ArrowUp, ShieldAlert } from 'lucide-react'
import { useLayoutEffect, useRef } from 'react'
import type { KeyboardEvent, ReactElement } from 'react'
import { useActions, useApp, useServices } from '../../app/context.ts'
import { hasCommandKey, shortcut } from '../../ui/platform.ts'
import { modeSchema } from '../../../shared/tasks.ts'
import type { Mode, TaskStatus } from '../../../shared/tasks.ts'
import { ModelSelect } from './ModelSelect.tsx'
import { shownMode } from './slice.ts'
import './composer.css'

const MODE_WORDS: Record<Mode, { name: string; hint: string }> = {
  plan: { name: 'Plan only', hint: 'Reads and plans; changes nothing.' },
  ask: { name: 'Ask first', hint: 'Asks before it writes a file or runs a command.' },
  'auto-edit': { name: 'Edit freely', hint: 'Writes files by itself; asks before it runs a command.' },
  'full-auto': { name: 'Full auto', hint: 'Asks nothing but for the network and protected paths.' },
}
const FIXED_HINT = 'A task keeps its mode and model while it runs: stop it to choose others.'
const TALLEST_PX = 240

export function Composer(): ReactElement {
  const { store } = useServices()
  const actions = useActions()
  const key = useApp((state) => state.selectedTaskId ?? '')
  const text = useApp((state) => state.drafts.get(state.selectedTaskId ?? '') ?? '')
  const mode = useApp((state) => shownMode(state, key))
  const fixed = useApp((state) => running(state.tasks.get(key)?.status))
  const sending = useApp((state) => state.sending)
  const ready = useApp((state) => state.connection === 'open' && state.workspace !== null)
  const box = useRef<HTMLTextAreaElement>(null)
  const { setDraft, chooseMode } = store.getState()
  useLayoutEffect(() => {
    const area = box.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(TALLEST_PX, area.scrollHeight)}px`
  }, [text])

  const send = async (): Promise<void> => {
    if (text.trim() === '' || sending || !ready) return
    if (await actions.send(text.trim())) setDraft(key, '')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !hasCommandKey(event)) return
    event.preventDefault()
    void send()
  }

  return (
    <form
      className="composer"
      aria-label={key === '' ? 'New task' : 'Message'}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <TrustLine />
      <textarea
        ref={box}
        id="composer"
        rows={key === '' ? 3 : 1}
        dir="auto"
        aria-label={key === '' ? 'What should be done?' : 'Message to this task'}
        placeholder={key === '' ? 'Describe a task: "create a node library called slugify"' : 'Message…'}
        value={text}
        onChange={(event) => setDraft(key, event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-row">
        <select className="select" aria-label="Mode" title={fixed ? FIXED_HINT : MODE_WORDS[mode].hint} disabled={fixed} value={mode} onChange={(event) => chooseMode(key, modeSchema.parse(event.target.value))}>
          {modeSchema.options.map((option) => (
            <option key={option} value={option}>{MODE_WORDS[option].name}</option>
          ))}
        </select>
        <ModelSelect taskKey={key} fixed={fixed} />
        <span className="spacer" />
        <button type="submit" className="button primary" disabled={text.trim() === '' || sending || !ready}>
          {key === '' ? 'Start' : 'Send'} <kbd>{shortcut('⏎')}</kbd>
          <ArrowUp aria-hidden="true" />
        </button>
      </div>
    </form>
  )
}

function running(status: TaskStatus | undefined): boolean {
  return status === 'running' || status === 'queued' || status === 'waiting'
}

function TrustLine(): ReactElement | null {
  const { store } = useServices()
  const untrusted = useApp((state) => state.trusted === false)
  if (!untrusted) return null
  return (
    <p className="trust-line" role="status">
      <ShieldAlert aria-hidden="true" />
      <span>This folder is not trusted: agents read it, and run or change nothing.</span>
      <button type="button" className="button small" onClick={() => store.getState().setDialog('trust')}>
        Trust…
      </button>
    </p>
  )
}
