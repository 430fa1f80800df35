import { canonicalJson } from '../../../shared/json.ts'
import type { Answer } from './answer.ts'
import { isNeverRetried } from './answer.ts'
import type { EngineContext } from './context.ts'
import { takeEvent } from './event-intake.ts'
import { clearSuspicion } from './lost-app.ts'
import type { Invocation } from './live-invocations.ts'
import { registerWait } from './register-wait.ts'
import type { Operation } from './protocol/operations.ts'
import { isOver, type RunMachine } from './run-machine.ts'
import type { RunRow } from '../store/run-store.ts'

/** How long an item rests whose app took a living dispatch for a stale one. */
const STALE_REST_MS = 1000

/** What an app's answer changes, in one transaction. Its invocation is no longer live. */
export function applyAnswer(context: EngineContext, machine: RunMachine, invocation: Invocation, answer: Answer): void {
  storeOutbox(context, machine, invocation)
  const stored = context.runs.get(invocation.ref.runId)
  // What it sent may have ended it.
  if (!stored || isOver(stored)) return
  // Waits belong to the dispatch that registered them, whatever others of the run have begun since.
  const run: RunRow = { ...stored, dispatch: invocation.ref.dispatch }
  clearSuspicion(context, invocation)
  switch (answer.type) {
    case 'complete':
      return machine.complete(run, answer.output)
    case 'diverged':
      return machine.park(run, 'diverged', answer.message)
    case 'stale':
      context.queue.reschedule(invocation.item.id, invocation.item.attempt, context.clock.now() + STALE_REST_MS)
      return machine.settle(run.id)
    case 'error':
      if (answer.final || !machine.retry(invocation.item, run, answer)) return machine.fail(run, answer.error)
      return machine.settle(run.id)
    case 'operations':
      return applyOperations(context, machine, { invocation, run, answer })
    default:
      return answer satisfies never
  }
}

/** Stores the events that the invocation sent, with what is being stored of it. */
export function storeOutbox(context: EngineContext, machine: RunMachine, invocation: Invocation): void {
  for (const event of invocation.outbox.splice(0)) takeEvent(context, machine, event)
}

/** True where the step has a row. The row is kept as it is (invariant 1); a different result is worth a line in the log. */
export function isStored(context: EngineContext, runId: string, step: { id: string; state: string }): boolean {
  const stored = context.steps.get(runId, step.id)
  if (!stored) return false
  if (stored.state !== step.state && canonicalJson(JSON.parse(stored.state)) !== canonicalJson(JSON.parse(step.state))) {
    context.log.warn('a step was answered twice with different results; the first is kept', { runId, stepId: step.id, step: stored.name })
  }
  return true
}

export function nameOf(operation: { displayName?: string | null | undefined; name?: string | null | undefined }): string {
  return operation.displayName ?? operation.name ?? ''
}

interface Operations {
  invocation: Invocation
  run: RunRow
  answer: Extract<Answer, { type: 'operations' }>
}

function applyOperations(context: EngineContext, machine: RunMachine, { invocation, run, answer }: Operations): void {
  const failing = answer.operations.find((operation) => operation.op === 'StepError')
  const retried = failing !== undefined && !isNeverRetried(failing.error) && !context.steps.has(run.id, failing.id) && machine.retry(invocation.item, run, answer)
  if (!retried) context.queue.finish(invocation.item.id, context.clock.now())
  for (const operation of answer.operations.toSorted((a, b) => rank(a) - rank(b))) {
    const current = context.runs.get(run.id)
    if (!current || isOver(current)) return
    switch (operation.op) {
      case 'StepRun':
      case 'Step':
        storeResult(context, machine, run, { operation, state: JSON.stringify({ data: operation.data }) })
        break
      case 'StepError':
        if (!retried) storeResult(context, machine, run, { operation, state: JSON.stringify({ error: operation.error }) })
        break
      case 'StepFailed':
        storeResult(context, machine, run, { operation, state: JSON.stringify({ error: operation.error }) })
        break
      case 'StepPlanned':
      case 'Sleep':
      case 'WaitForEvent':
      case 'WaitForSignal':
      case 'InvokeFunction':
        // Invariant 5: repeated for as long as it is pending.
        if (!context.steps.has(run.id, operation.id) && !context.waits.get(run.id, operation.id)) registerWait(context, machine, run, operation)
        break
      case 'RunComplete':
        machine.complete(run, operation.data)
        break
      case 'AIGateway':
      case 'Gateway':
      case 'DeferAdd':
      case 'DeferAbort':
      case 'DiscoveryRequest':
      case 'SyncRunComplete':
        machine.fail(run, { name: 'Error', message: `The embedded engine does not have the operation ${operation.op} (step "${nameOf(operation)}").` })
        break
      default:
        operation satisfies never
    }
  }
  machine.settle(run.id)
}

function storeResult(context: EngineContext, machine: RunMachine, run: RunRow, { operation, state }: { operation: Operation; state: string }): void {
  isStored(context, run.id, { id: operation.id, state })
  machine.resolve(run.id, { stepId: operation.id, name: nameOf(operation), state })
}

/** Waits before the rest, so that what the rest does can end them; the end last. */
function rank(operation: Operation): number {
  if (operation.op === 'WaitForEvent' || operation.op === 'WaitForSignal') return 0
  return operation.op === 'RunComplete' ? 2 : 1
}
