import { Ban, Check, CircleDashed, CirclePause, Hand, LoaderCircle, OctagonX, Unplug } from 'lucide-react'
import type { ReactElement } from 'react'
import type { TaskStatus } from '../../shared/tasks.ts'

const MARKS = {
  queued: { word: 'Queued', hue: 'quiet', Icon: CircleDashed },
  running: { word: 'Running', hue: 'running', Icon: LoaderCircle },
  waiting: { word: 'Waiting', hue: 'waiting', Icon: CirclePause },
  parked: { word: 'Needs you', hue: 'parked', Icon: Hand },
  interrupted: { word: 'Interrupted', hue: 'waiting', Icon: Unplug },
  completed: { word: 'Done', hue: 'done', Icon: Check },
  failed: { word: 'Failed', hue: 'failed', Icon: OctagonX },
  cancelled: { word: 'Cancelled', hue: 'quiet', Icon: Ban },
} as const satisfies Record<TaskStatus, unknown>

export function statusWord(status: TaskStatus): string {
  return MARKS[status].word
}

/** A status is never colour alone: an icon, and the word, which a list may hide from sight but not from a screen reader. */
export function StatusMark({ status, iconOnly = false }: { status: TaskStatus; iconOnly?: boolean }): ReactElement {
  const { word, hue, Icon } = MARKS[status]
  return (
    <span className={`status-mark ${hue}`} title={word}>
      <Icon className={status === 'running' ? 'spin' : undefined} aria-hidden="true" />
      <span className={iconOnly ? 'sr-only' : undefined}>{word}</span>
    </span>
  )
}
