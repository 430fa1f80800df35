import type { DueItem, QueueItem, WorkKind } from '../store/queue-store.ts'
import { readAnswer } from './answer.ts'
import { applyAnswer } from './apply-answer.ts'
import { buildRequest } from './call-request.ts'
import { toView, type EngineContext } from './context.ts'
import { applyLostApp } from './lost-app.ts'
import type { Invocation, LiveInvocations } from './live-invocations.ts'
import type { RunMachine } from './run-machine.ts'
import { AppLostError } from './types.ts'

/** Invocations at once: enough for runs that wait for models, few enough that the steps of each follow closely. */
export const INVOCATION_LIMIT = 32
/** How long the loop rests after the database refused a write. */
const STORE_RETRY_MS = 1000

export interface RunLoop {
  /** Looks for work soon; many calls are one look. */
  wake(): void
  start(): void
  stop(): void
}

/**
 * Takes due items in the queue's order, as slots allow, and calls the app for each; fires timers. Whatever it learns goes through
 * the state machine, in one transaction an answer.
 */
export function createRunLoop(parts: { context: EngineContext; machine: RunMachine; live: LiveInvocations; isAdopted(groupKey: string | null): boolean }): RunLoop {
  const { context, machine, live, isAdopted } = parts
  const { db, clock, queue, runs, functions, log } = context
  let isRunning = false
  let isWoken = false
  let timer: Disposable | undefined

  function wake(): void {
    if (!isRunning || isWoken) return
    isWoken = true
    queueMicrotask(() => {
      isWoken = false
      if (isRunning) look()
    })
  }

  function wakeAt(time: number | undefined): void {
    timer?.[Symbol.dispose]()
    timer = time === undefined ? undefined : clock.after(time - clock.now(), wake)
  }

  function look(): void {
    try {
      const now = clock.now()
      const due = queue.listDue(now).filter((item) => isAdopted(item.groupKey))
      const taken = due.length === 0 ? [] : db.transaction(() => take(due))
      wakeAt(queue.nextDueAt(now))
      for (const invocation of taken) launch(invocation)
    } catch (error) {
      log.error('the run loop could not read or write its queue; it tries again', { error: String(error) })
      wakeAt(clock.now() + STORE_RETRY_MS)
    }
  }

  function take(due: DueItem[]): Invocation[] {
    const taken: Invocation[] = []
    const used = new Map<string, number>()
    for (const item of due) {
      if (!isWork(item)) {
        machine.fireTimer(item)
        continue
      }
      const run = runs.get(item.runId)
      if (!run || !functions.get(run.functionId) || live.size() + taken.length >= INVOCATION_LIMIT) continue
      const isFree = run.slots.every(({ slot, limit }) => live.usedSlots(slot) + (used.get(slot) ?? 0) < limit)
      const mustWait = run.suspect && (live.hasLoneOne() || taken.some(({ alone }) => alone))
      if (!isFree || mustWait) continue
      const claimed = machine.claim(item)
      if (!claimed) continue
      for (const { slot } of run.slots) used.set(slot, (used.get(slot) ?? 0) + 1)
      taken.push({
        ref: { runId: run.id, dispatch: claimed.run.dispatch, attempt: item.attempt, epoch: context.epoch },
        item,
        run: claimed.run,
        view: toView(claimed.run, claimed.event),
        controller: new AbortController(),
        alone: run.suspect,
        outbox: [],
      })
    }
    return taken
  }

  function launch(invocation: Invocation): void {
    live.add(invocation)
    live.track(invocation.ref.runId, invoke(invocation))
  }

  async function invoke(invocation: Invocation): Promise<void> {
    const app = functions.get(invocation.run.functionId)?.app
    let apply: () => void
    try {
      if (!app) throw new Error(`the function ${invocation.run.functionId} is gone`)
      const response = await app.invoke(buildRequest(context, invocation), { signal: invocation.controller.signal, alone: invocation.alone })
      apply = () => applyAnswer(context, machine, invocation, readAnswer(response))
    } catch (error) {
      apply = () =>
        error instanceof AppLostError
          ? applyLostApp(context, machine, invocation, error)
          : applyAnswer(context, machine, invocation, { type: 'error', error: { name: 'Error', message: error instanceof Error ? error.message : String(error) }, final: false })
    }
    // Halted meanwhile: cancelled, interrupted or stopped. What it says counts for nothing.
    if (!live.remove(invocation)) return
    record(invocation, apply)
    wake()
  }

  /** Where even the answer cannot be stored, the item is given back later and done again from what is stored. */
  function record(invocation: Invocation, apply: () => void): void {
    try {
      db.transaction(apply)
    } catch (error) {
      log.error('an answer could not be stored; its run goes on from its last step', { runId: invocation.ref.runId, error: String(error) })
      clock.after(STORE_RETRY_MS, () => {
        if (!isRunning) return
        record(invocation, () => {
          queue.reschedule(invocation.item.id, invocation.item.attempt, clock.now())
          machine.settle(invocation.ref.runId)
        })
        wake()
      })
    }
  }

  return {
    wake,
    start() {
      isRunning = true
      wake()
    },
    stop() {
      isRunning = false
      timer?.[Symbol.dispose]()
    },
  }
}

function isWork(item: DueItem): item is DueItem & QueueItem<WorkKind> {
  return item.kind === 'discovery' || item.kind === 'step'
}
