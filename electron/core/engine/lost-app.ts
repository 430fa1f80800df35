import type { EngineContext } from './context.ts'
import type { Invocation } from './live-invocations.ts'
import type { RunMachine } from './run-machine.ts'
import type { AppLostError } from './types.ts'

/** A run that killed its app alone this often, without getting anywhere in between, is parked. */
export const LONE_CRASH_LIMIT = 3

/**
 * An app died under an invocation. That costs no attempt (invariant 7): the run goes on from its last checkpoint, alone until it
 * is cleared. Only a death that nothing else can have caused counts against it.
 */
export function applyLostApp(context: EngineContext, machine: RunMachine, invocation: Invocation, error: AppLostError): void {
  const run = context.runs.get(invocation.ref.runId)
  if (!run) return
  const loneCrashes = run.loneCrashes + (error.alone ? 1 : 0)
  context.queue.reschedule(invocation.item.id, invocation.item.attempt, context.clock.now())
  context.runs.setSuspicion(run.id, { suspect: true, loneCrashes })
  if (loneCrashes >= LONE_CRASH_LIMIT) {
    machine.park(run, 'worker-crash', `The task's worker died ${loneCrashes} times at the same place (${error.cause_}); nothing else was running on it.`)
    return
  }
  // Several invocations of one run on one thread are one loss.
  if (!run.suspect || invocation.alone) context.hooks.runRecovered?.(invocation.view, 'worker-crash', context.steps.lastName(run.id))
  machine.settle(run.id)
}

/** Cleared: it ended ordinarily, or got a step further. */
export function clearSuspicion(context: EngineContext, invocation: Invocation): void {
  if (!invocation.run.suspect && invocation.run.loneCrashes === 0) return
  invocation.run = { ...invocation.run, suspect: false, loneCrashes: 0 }
  context.runs.setSuspicion(invocation.run.id, { suspect: false, loneCrashes: 0 })
}
