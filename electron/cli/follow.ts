import type { ProgressEvent } from '../../shared/progress.ts'
import type { TaskDetail } from '../../shared/tasks.ts'
import type { Session } from '../core/client/types.ts'
import { createAsker, type Asker } from './ask.ts'
import { EXIT } from './context.ts'
import type { TerminalIo } from './io.ts'
import { createRenderer } from './render/renderer.ts'
import type { Renderer } from './render/types.ts'

/** When nothing has come for so long, it is looked whether anything still can. */
const QUIET_MS = 150
/** Looked at so often without anything coming in between, a task at rest is at rest. */
const QUIET_LOOKS = 2
/** How long stopping may take before we leave anyway. */
const INTERRUPT_LIMIT_MS = 10_000

export interface FollowOptions {
  io: TerminalIo
  session: Session
  taskId: string
  json: boolean
  /** What was stored before (ms since 1970) is not shown. 0: everything is. */
  since: number
  /** Stays while something has to be decided. */
  wait: boolean
}

type End = Extract<ProgressEvent, { type: 'complete' | 'failed' | 'cancelled' | 'interrupted' | 'parked' }>

/**
 * Shows a task's progress until it has ended, was interrupted, or waits for someone; asks in place on a terminal. Gives the exit
 * status. The last event that is shown is always an end.
 */
export async function followTask(options: FollowOptions): Promise<number> {
  const { io, session, json } = options
  const renderer = createRenderer(io, json)
  const leaving = new AbortController()
  const asker = io.interactive && !json ? createAsker(io, session, renderer, leaving.signal) : undefined
  using _interrupts = stopOnInterrupt(options, renderer, leaving)
  try {
    return await untilEnd(options, renderer, asker, leaving.signal)
  } finally {
    leaving.abort()
    renderer.end()
  }
}

async function untilEnd({ session, taskId, since, wait, io }: FollowOptions, renderer: Renderer, asker: Asker | undefined, signal: AbortSignal): Promise<number> {
  const events = session.followTask(taskId, { signal })[Symbol.asyncIterator]()
  let coming = events.next()
  let pause = io.sleep(QUIET_MS, signal)
  let stirred = false
  let last: { event: End; shown: boolean } | undefined
  let seq = 0
  let looks = 0
  for (;;) {
    const next = await Promise.race([coming, pause.then(() => 'quiet' as const)])
    if (next === 'quiet') {
      if (signal.aborted) return EXIT.interrupted
      pause = io.sleep(QUIET_MS, signal)
      if (stirred) {
        stirred = false
        continue
      }
    } else if (next.done) {
      if (signal.aborted) return EXIT.interrupted
      // The task is only read: no more of it will come.
      coming = new Promise(() => undefined)
      looks = QUIET_LOOKS
    } else {
      stirred = true
      coming = events.next()
      // Not to be reported as unhandled while something else is awaited; it is met when it is awaited again.
      coming.catch(() => undefined)
      looks = 0
      const event = next.value
      seq = event.seq
      const shown = event.ts >= since
      const drawn = shown && !(asker && isAsked(event))
      if (drawn) renderer.event(event)
      if (isEnd(event)) last = { event, shown: drawn }
      else if (startsAgain(event)) last = undefined
      if (!shown) continue
      if (asker && event.type === 'approval' && event.status === 'pending') await asker.askPending(taskId)
      if (isEnd(event) && since > 0 && event.type !== 'parked') return exitStatus(event)
      if (event.type === 'parked' && !asker && !wait && since > 0) return exitStatus(event)
      if (event.type !== 'parked') continue
    }
    const detail = await session.api.call('tasks.get', { taskId }, { signal })
    if (asker && detail.status === 'parked' && (await asker.askPending(taskId))) {
      looks = 0
      continue
    }
    if (!(await atRest(session, detail)) || (wait && detail.status === 'parked')) continue
    looks += 1
    if (looks < QUIET_LOOKS) continue
    const end = last && fits(last.event, detail) ? last : { event: derivedEnd(detail, seq, io.now()), shown: false }
    if (!end.shown) renderer.event(end.event)
    return exitStatus(end.event)
  }
}

function isEnd(event: ProgressEvent): event is End {
  return event.type === 'complete' || event.type === 'failed' || event.type === 'cancelled' || event.type === 'interrupted' || event.type === 'parked'
}

/** A person is asked instead of told. */
function isAsked(event: ProgressEvent): boolean {
  return event.type === 'parked' || (event.type === 'approval' && event.status === 'pending')
}

function startsAgain(event: ProgressEvent): boolean {
  return event.type === 'step' || event.type === 'recovered' || (event.type === 'status' && (event.status === 'running' || event.status === 'queued'))
}

/** What was decided meanwhile is about to move, though it still says parked. */
async function atRest({ api }: Session, { id, status, reason }: TaskDetail): Promise<boolean> {
  if (status !== 'parked') return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'interrupted'
  const decides = reason === 'approval' || reason === 'in-doubt' || reason === 'trust'
  return !decides || (await api.call('approvals.list', { taskId: id })).length > 0
}

const END_OF = { completed: 'complete', failed: 'failed', cancelled: 'cancelled', interrupted: 'interrupted', parked: 'parked' } as const

function fits(event: End, { status }: TaskDetail): boolean {
  return status in END_OF && END_OF[status as keyof typeof END_OF] === event.type
}

/** A killed process writes nothing: that a task was interrupted is derived, and so is the event that says it. */
function derivedEnd(detail: TaskDetail, seq: number, now: number): End {
  const head = { seq: seq + 1, taskId: detail.id, ts: now }
  const next = detail.next === undefined ? {} : { next: detail.next }
  switch (detail.status) {
    case 'completed':
      return { ...head, type: 'complete', result: detail.result ?? { success: true, summary: '', filesModified: [] } }
    case 'failed':
      return { ...head, type: 'failed', error: detail.error ?? { code: 'INTERNAL', message: 'It failed.' }, recoverable: false }
    case 'cancelled':
      return { ...head, type: 'cancelled', reason: detail.reason ?? 'cancelled' }
    case 'parked':
      return { ...head, type: 'parked', reason: (detail.reason ?? 'approval') as Extract<End, { type: 'parked' }>['reason'], ...next }
    case 'interrupted':
    case 'queued':
    case 'running':
    case 'waiting':
      return { ...head, type: 'interrupted', reason: 'its process ended before it did', ...next }
    default:
      return detail.status satisfies never
  }
}

function exitStatus(event: End): number {
  switch (event.type) {
    case 'complete':
      return event.result.success ? EXIT.done : EXIT.failed
    case 'failed':
    case 'cancelled':
      return EXIT.failed
    case 'interrupted':
      return EXIT.interrupted
    case 'parked':
      return EXIT.parked
    default:
      return event satisfies never
  }
}

/** The first Ctrl-C stops the task, whose `interrupted` event then ends the progress; a second one leaves at once. */
function stopOnInterrupt({ io, session, taskId }: FollowOptions, renderer: Renderer, leaving: AbortController): Disposable {
  let asked = false
  return io.onInterrupt(() => {
    if (asked) {
      leaving.abort()
      return
    }
    asked = true
    renderer.note('stopping… (again: leave at once)')
    const limit = AbortSignal.any([leaving.signal, AbortSignal.timeout(INTERRUPT_LIMIT_MS)])
    session.api.call('tasks.interrupt', { taskId }, { signal: limit }).catch(() => leaving.abort())
  })
}
