import type { JsonValue } from '../../../shared/json.ts'
import type { StoredEvent } from '../store/event-store.ts'
import type { QueueItem, WorkKind } from '../store/queue-store.ts'
import type { RunRow } from '../store/run-store.ts'
import type { Wait } from '../store/wait-store.ts'
import { toView, type EngineContext } from './context.ts'
import { deadlineOf } from './durations.ts'
import { runFinishedEvents } from './lifecycle-events.ts'
import type { RegisteredFunction } from './functions.ts'
import type { WireError } from './protocol/operations.ts'
import { retryAt } from './retry-policy.ts'

/**
 * The state machine of a run: every change of its rows in `runs`, `steps`, `waits` and `queue` is one of the functions below,
 * called inside a transaction. It owns those rows and nothing in memory; what executes right now is live-invocations.ts, when
 * something executes is run-loop.ts, what an app's answer means is apply-answer.ts, what an event does is event-intake.ts.
 *
 *                    claim                answer: more to do
 *   started ─▶ queued ─────▶ running ──────────────────────────▶ queued | waiting ─▶ …
 *                              │  answer: complete / final error / cancel / timeout
 *                              ├────────────────────────────────▶ completed | failed | cancelled
 *                              └─ diverged, three lone crashes ─▶ parked ─ unpark ─▶ queued
 *
 * Invariants (cited by the tests):
 *  1. A step has at most one row; the first write wins and is never changed.
 *  2. What an app is given back is exactly the step rows, in order of completion: the stack names every id that the steps hold.
 *  3. A run that has ended has no queue items and no waits, and gets no more steps.
 *  4. A run that has not ended has a queue item or a pending wait: it can always go on, or it is failed there and then.
 *  5. A pending id is asked for at most once: one wait row, one queue item, and a step that has a row is not dispatched.
 *  6. While anything is pending, discovery only plans (no immediate execution), so no step runs twice at once.
 *  7. Only the app's and the steps' own errors spend attempts; an owner's death or a lost app spends none.
 *  8. An event that matches a wait ends it, whichever was stored first; one event ends a given wait once.
 *  9. A child's end, and its parent's result, are one transaction.
 * 10. A run is ended once; its hooks and lifecycle events are in that transaction.
 */
export interface RunMachine {
  start(fn: RegisteredFunction, event: StoredEvent, parent?: { run: RunRow; stepId: string }): RunRow
  /** Takes a due item for execution. Undefined where there is nothing to execute any more. */
  claim(item: QueueItem<WorkKind>): { run: RunRow; event: StoredEvent; item: QueueItem<WorkKind> } | undefined
  /** Stores a result, ends its wait and sees to it that the run goes on. False where a result was there. */
  resolve(runId: string, result: { stepId: string; name: string; state: string; matchedSeq?: number }): boolean
  pend(run: RunRow, wait: Omit<Wait, 'runId' | 'dispatch'>, dueAt?: number): void
  /** Asks for one more discovery, once nothing that was planned is outstanding (or for a race at once). */
  rediscover(run: RunRow, race: boolean): void
  /** Puts an item back that failed, or returns false where its attempts are spent. */
  retry(item: QueueItem, run: RunRow, options: { retryAfter?: string }): boolean
  /** Brings the status in line with the queue, and fails a run that nothing can move any more. */
  settle(runId: string): void
  complete(run: RunRow, output: unknown): void
  fail(run: RunRow, error: WireError): void
  cancel(run: RunRow): void
  park(run: RunRow, reason: 'worker-crash' | 'diverged', message: string): void
  unpark(run: RunRow): void
  /** Nothing executes the run any more; all that is stored stays. */
  release(run: RunRow): void
  fireTimer(item: QueueItem): void
}

export interface MachineEffects {
  /** Stores an event of the engine's own and does what it does. */
  emit(event: { id: string; name: string; data: Record<string, JsonValue> }): void
  /** After commit: whatever executes of the run is to be stopped. */
  halted(runId: string): void
  /** After commit: the queue has changed. */
  moved(): void
}

export function createRunMachine(context: EngineContext, effects: MachineEffects): RunMachine {
  const { db, clock, ids, runs, steps, waits, queue, events, hooks } = context
  const scoreOf = (run: Pick<RunRow, 'createdAt' | 'priority'>): number => run.createdAt - run.priority * 1000
  const viewOf = (run: RunRow) => toView(run, events.get(run.eventSeq))
  const moved = (): void => db.afterCommit(effects.moved)

  function start(fn: RegisteredFunction, event: StoredEvent, parent?: { run: RunRow; stepId: string }): RunRow {
    const now = clock.now()
    const run: RunRow = {
      id: ids.ulid(),
      functionId: fn.id,
      groupKey: parent ? parent.run.groupKey : groupKeyOf(event.data),
      status: 'queued',
      eventSeq: event.seq,
      parentRunId: parent?.run.id ?? null,
      parentStepId: parent?.stepId ?? null,
      priority: context.functions.priorityOf(fn, event) ?? parent?.run.priority ?? 0,
      slots: context.functions.slotsOf(fn, event),
      dispatch: 0,
      epoch: context.epoch,
      loneCrashes: 0,
      suspect: false,
      createdAt: now,
      startedAt: null,
    }
    runs.insert(run)
    queue.enqueue({ runId: run.id, kind: 'discovery', stepId: '', dueAt: now, score: scoreOf(run) })
    const startBy = fn.config.timeouts?.start
    if (startBy !== undefined) queue.enqueue({ runId: run.id, kind: 'start-timeout', stepId: '', dueAt: deadlineOf(startBy, now) ?? now, score: scoreOf(run) })
    moved()
    return run
  }

  function claim(item: QueueItem<WorkKind>): { run: RunRow; event: StoredEvent; item: QueueItem<WorkKind> } | undefined {
    const before = runs.get(item.runId)
    if (!before || isOver(before)) return undefined
    if (item.kind === 'step' && steps.has(item.runId, item.stepId)) {
      // Its result was stored and its owner died before it could say so (invariant 5).
      waits.close(item.runId, item.stepId)
      queue.delete(item.runId, 'step', item.stepId)
      rediscover(before, false)
      settle(item.runId)
      return undefined
    }
    const now = clock.now()
    const dispatch = runs.claim(item.runId, context.epoch, now)
    queue.claim(item.id, dispatch)
    const event = events.get(before.eventSeq)
    const run: RunRow = { ...before, dispatch, epoch: context.epoch, status: 'running', startedAt: before.startedAt ?? now }
    if (before.startedAt === null) {
      queue.delete(run.id, 'start-timeout', '')
      const finishBy = context.functions.get(run.functionId)?.config.timeouts?.finish
      if (finishBy !== undefined) queue.enqueue({ runId: run.id, kind: 'finish-timeout', stepId: '', dueAt: deadlineOf(finishBy, now) ?? now, score: scoreOf(run) })
      hooks.runStarted?.(toView(run, event))
    }
    return { run, event, item }
  }

  function resolve(runId: string, { stepId, name, state, matchedSeq }: { stepId: string; name: string; state: string; matchedSeq?: number }): boolean {
    const run = runs.get(runId)
    if (!run || isOver(run)) return false
    const wait = waits.get(runId, stepId)
    const stored = steps.insert({ runId, stepId, name, state })
    if (wait) {
      waits.close(runId, stepId, matchedSeq)
      queue.delete(runId, wait.kind === 'planned' ? 'step' : 'timer', stepId)
    }
    rediscover(run, wait?.race ?? false)
    return stored
  }

  function pend(run: RunRow, wait: Omit<Wait, 'runId' | 'dispatch'>, dueAt?: number): void {
    waits.insert({ ...wait, runId: run.id, dispatch: run.dispatch })
    const kind = wait.kind === 'planned' ? 'step' : 'timer'
    if (dueAt !== undefined) queue.enqueue({ runId: run.id, kind, stepId: wait.stepId, dueAt, score: scoreOf(run) })
    moved()
  }

  function rediscover(run: RunRow, race: boolean): void {
    if (!race && waits.hasPlanned(run.id)) return
    queue.enqueue({ runId: run.id, kind: 'discovery', stepId: '', dueAt: clock.now(), score: scoreOf(run) })
    moved()
  }

  function retry(item: QueueItem, run: RunRow, { retryAfter }: { retryAfter?: string }): boolean {
    const attempt = item.attempt + 1
    if (attempt >= (context.functions.get(run.functionId)?.maxAttempts ?? 1)) return false
    queue.reschedule(item.id, attempt, retryAt({ runId: run.id, attempt: attempt - 1, now: clock.now(), ...(retryAfter === undefined ? {} : { retryAfter }) }))
    moved()
    return true
  }

  function settle(runId: string): void {
    const run = runs.get(runId)
    if (!run || isOver(run) || run.status === 'parked') return
    const { claimed, due, later } = queue.stateOfRun(runId, clock.now())
    if (!claimed && !due && !later && !waits.isPending(runId)) {
      return fail(run, { name: 'Error', message: 'The function answered with nothing to go on with: its steps do not fit what is stored.' })
    }
    const status = claimed ? 'running' : due ? 'queued' : 'waiting'
    if (status !== run.status) runs.setStatus(runId, status)
    moved()
  }

  /** Invariants 3, 9 and 10. */
  function end(run: RunRow, ending: { status: 'completed'; output: JsonValue } | { status: 'failed'; error: WireError } | { status: 'cancelled' }): void {
    if (isOver(runs.get(run.id) ?? run)) return
    const outcome = ending.status === 'completed' ? { output: ending.output } : ending.status === 'failed' ? { error: ending.error } : null
    runs.end(run.id, ending.status, outcome && JSON.stringify(outcome), clock.now())
    queue.deleteOfRun(run.id)
    waits.deleteOfRun(run.id)
    if (run.parentRunId !== null && run.parentStepId !== null && waits.get(run.parentRunId, run.parentStepId)) {
      const state =
        ending.status === 'completed' ? { data: ending.output } : { error: ending.status === 'failed' ? ending.error : { name: 'Error', message: 'The invoked function was cancelled.' } }
      resolve(run.parentRunId, { stepId: run.parentStepId, name: run.functionId, state: JSON.stringify(state) })
      settle(run.parentRunId)
    }
    // Nobody is left to take what these would do for a run that did not succeed.
    if (ending.status !== 'completed') for (const child of runs.listLiveChildren(run.id)) cancel(child)
    const view = { ...viewOf(run), status: ending.status }
    hooks.runEnded?.(view, ending.status === 'failed' ? { status: 'failed', error: briefly(ending.error) } : ending)
    for (const event of runFinishedEvents(run, events.get(run.eventSeq), ending)) effects.emit(event)
    db.afterCommit(() => effects.halted(run.id))
    moved()
  }

  const complete = (run: RunRow, output: unknown): void => end(run, { status: 'completed', output: (output ?? null) as JsonValue })
  const fail = (run: RunRow, error: WireError): void => end(run, { status: 'failed', error })
  const cancel = (run: RunRow): void => end(run, { status: 'cancelled' })

  function park(run: RunRow, reason: 'worker-crash' | 'diverged', message: string): void {
    runs.park(run.id, reason)
    queue.releaseOfRun(run.id)
    hooks.runParked?.({ ...viewOf(run), status: 'parked' }, reason, message)
    db.afterCommit(() => effects.halted(run.id))
    moved()
  }

  function unpark(run: RunRow): void {
    if (run.status !== 'parked') return
    runs.setSuspicion(run.id, { suspect: false, loneCrashes: 0 })
    runs.setStatus(run.id, 'queued')
    settle(run.id)
  }

  function release(run: RunRow): void {
    queue.releaseOfRun(run.id)
    settle(run.id)
  }

  function fireTimer(item: QueueItem): void {
    const run = runs.get(item.runId)
    if (!run || isOver(run)) return
    if (item.kind !== 'timer') return cancel(run)
    const wait = waits.get(item.runId, item.stepId)
    const late: WireError = { name: 'InngestInvokeTimeoutError', message: 'The invoked function did not finish in time.' }
    const state = wait?.kind === 'invoke' ? { error: late } : { data: null }
    resolve(item.runId, { stepId: item.stepId, name: wait?.name ?? '', state: JSON.stringify(state) })
    queue.delete(item.runId, 'timer', item.stepId)
    settle(item.runId)
  }

  return { start, claim, resolve, pend, rediscover, retry, settle, complete, fail, cancel, park, unpark, release, fireTimer }
}

export function isOver(run: RunRow): boolean {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled'
}

/** What belongs to a task is told by its event; a lifecycle event carries the event it tells of. */
function groupKeyOf(data: Record<string, JsonValue>): string | null {
  if (typeof data['taskId'] === 'string') return data['taskId']
  const inner = data['event']
  if (inner !== null && typeof inner === 'object' && !Array.isArray(inner) && inner['data'] !== null && typeof inner['data'] === 'object' && !Array.isArray(inner['data'])) {
    return groupKeyOf(inner['data'] as Record<string, JsonValue>)
  }
  return null
}

function briefly(error: WireError): { name: string; message: string; code?: string } {
  return { name: error.name, message: error.message, ...(error.code === undefined ? {} : { code: error.code }) }
}
