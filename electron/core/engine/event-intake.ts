import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../shared/json.ts'
import type { StoredEvent } from '../store/event-store.ts'
import type { Wait } from '../store/wait-store.ts'
import type { EngineContext } from './context.ts'
import { deadlineOf } from './durations.ts'
import { matchesName } from './functions.ts'
import type { RunMachine } from './run-machine.ts'

export interface IncomingEvent {
  id: string
  name: string
  data: JsonObject
  ts: number
}

/**
 * What an event does: cancels, ends waits, starts runs; all in one transaction with its row. An id that is stored already does nothing.
 */
export function takeEvent(context: EngineContext, machine: RunMachine, incoming: IncomingEvent): void {
  const event = context.events.insert(incoming)
  if (!event) return
  cancelOn(context, machine, event)
  for (const wait of context.waits.listByTopic('event', event.name)) {
    if (satisfies(context, wait, event)) {
      endWait(machine, wait, event)
      machine.settle(wait.runId)
    }
  }
  for (const fn of context.functions.triggeredBy(event)) machine.start(fn, event)
}

/** Invariant 8: an event that came before the wait, since the run's start, and was not taken by an earlier wait of the same kind. */
export function findStoredEvent(context: EngineContext, wait: Wait, since: number): StoredEvent | undefined {
  if (wait.topic === null) return undefined
  const after = Math.max(since, context.waits.lastTaken(wait))
  return context.events.listAfter(wait.topic, after).find((event) => satisfies(context, wait, event))
}

/** The wait's state is the event, wrapped: a bare one would be unwrapped by its own `data`. */
export function endWait(machine: RunMachine, wait: Wait, event: StoredEvent): void {
  const state = JSON.stringify({ data: { id: event.id, name: event.name, data: event.data, ts: event.ts, user: {} } })
  machine.resolve(wait.runId, { stepId: wait.stepId, name: wait.name, state, matchedSeq: event.seq })
}

function satisfies(context: EngineContext, wait: Wait, event: StoredEvent): boolean {
  if (wait.expression === null) return true
  const run = context.runs.get(wait.runId)
  return run !== undefined && context.expressions.test(wait.expression, { event: context.events.get(run.eventSeq), async: event })
}

function cancelOn(context: EngineContext, machine: RunMachine, event: StoredEvent): void {
  for (const fn of context.functions.all()) {
    for (const rule of fn.config.cancel) {
      if (!matchesName(rule.event, event.name)) continue
      for (const run of context.runs.listLiveByFunction(fn.id)) {
        const expires = rule.timeout === undefined ? undefined : deadlineOf(rule.timeout, run.createdAt)
        if (event.ts < run.createdAt || (expires !== undefined && event.ts > expires)) continue
        if (context.expressions.test(rule.if, { event: context.events.get(run.eventSeq), async: event })) machine.cancel(run)
      }
    }
  }
}

/** Ids of a batch that may be sent again: the same seed and place give the same id. */
export function idFromSeed(seed: string, index: number): string {
  return `seed-${createHash('sha256').update(`${seed}:${index}`).digest('hex').slice(0, 32)}`
}
