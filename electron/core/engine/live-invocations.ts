import type { InvocationRef } from '../../../shared/worker-api.ts'
import type { QueueItem, WorkKind } from '../store/queue-store.ts'
import type { RunRow } from '../store/run-store.ts'
import type { IncomingEvent } from './event-intake.ts'
import type { RunView } from './types.ts'

/** One call of the app that has not been answered. */
export interface Invocation {
  ref: InvocationRef
  item: QueueItem<WorkKind>
  run: RunRow
  view: RunView
  controller: AbortController
  /** Nothing else may share its thread, because its run was on one that died. */
  alone: boolean
  /** Events sent by it that are not stored yet: they are with the next step of it that is. */
  outbox: IncomingEvent[]
}

/**
 * What executes in this process right now. It is the fence: a call of the app is valid only while it is in here, under this
 * owner's epoch. Nothing of it is stored; a new process starts with an empty table.
 */
export interface LiveInvocations {
  add(invocation: Invocation): void
  /** False where it was halted meanwhile: its answer counts for nothing. */
  remove(invocation: Invocation): boolean
  /** The invocation that a call belongs to, or undefined where the call is stale. */
  find(ref: InvocationRef): Invocation | undefined
  findByQueueId(qiId: string): Invocation | undefined
  size(): number
  usedSlots(slot: string): number
  hasLoneOne(): boolean
  /** Lives as long as the run goes on in this process; a lost app does not end it, so that its work can be joined. */
  scopeOf(runId: string): AbortSignal
  /** Stops all that executes of the run. */
  halt(runId: string): void
  runIds(): Set<string>
  /** Keeps account of something that must have ended before the run counts as stopped. */
  track(runId: string, work: Promise<unknown>): void
  /** Resolves when nothing that was tracked for these runs is under way. */
  idle(isIncluded: (runId: string) => boolean): Promise<void>
}

export function queueIdOf(ref: InvocationRef): string {
  return `${ref.runId}/${ref.dispatch}/${ref.epoch}`
}

export function createLiveInvocations(): LiveInvocations {
  const byKey = new Map<string, Invocation>()
  const slots = new Map<string, number>()
  const scopes = new Map<string, AbortController>()
  const work = new Map<Promise<unknown>, string>()

  const count = (invocation: Invocation, change: number): void => {
    for (const { slot } of invocation.run.slots) slots.set(slot, (slots.get(slot) ?? 0) + change)
  }
  const remove = (invocation: Invocation): boolean => {
    if (!byKey.delete(queueIdOf(invocation.ref))) return false
    count(invocation, -1)
    return true
  }

  return {
    add(invocation) {
      byKey.set(queueIdOf(invocation.ref), invocation)
      count(invocation, 1)
    },
    remove,
    find: (ref) => byKey.get(queueIdOf(ref)),
    findByQueueId: (qiId) => byKey.get(qiId),
    size: () => byKey.size,
    usedSlots: (slot) => slots.get(slot) ?? 0,
    hasLoneOne: () => [...byKey.values()].some((invocation) => invocation.alone),
    scopeOf(runId) {
      let scope = scopes.get(runId)
      if (!scope) scopes.set(runId, (scope = new AbortController()))
      return scope.signal
    },
    halt(runId) {
      for (const invocation of [...byKey.values()].filter(({ ref }) => ref.runId === runId)) {
        remove(invocation)
        invocation.controller.abort()
      }
      scopes.get(runId)?.abort()
      scopes.delete(runId)
    },
    runIds: () => new Set([...[...byKey.values()].map(({ ref }) => ref.runId), ...work.values()]),
    track(runId, promise) {
      work.set(promise, runId)
      const end = (): void => void work.delete(promise)
      promise.then(end, end)
    },
    async idle(isIncluded) {
      for (let left = [...work].filter(([, runId]) => isIncluded(runId)); left.length > 0; left = [...work].filter(([, runId]) => isIncluded(runId))) {
        await Promise.allSettled(left.map(([promise]) => promise))
      }
    },
  }
}
