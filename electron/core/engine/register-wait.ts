import type { Wait } from '../store/wait-store.ts'
import type { RunRow } from '../store/run-store.ts'
import type { EngineContext } from './context.ts'
import { deadlineOf } from './durations.ts'
import { endWait, findStoredEvent } from './event-intake.ts'
import { INVOKED } from './lifecycle-events.ts'
import type { Operation } from './protocol/operations.ts'
import type { RunMachine } from './run-machine.ts'

/** The protocol's default for an invocation that names no timeout. */
const INVOKE_TIMEOUT = '365d'

type Pending = Extract<Operation, { op: 'StepPlanned' | 'Sleep' | 'WaitForEvent' | 'WaitForSignal' | 'InvokeFunction' }>

/** Makes an operation that has no result yet a pending wait of the run, with its timer, its queue item or its child. */
export function registerWait(context: EngineContext, machine: RunMachine, run: RunRow, operation: Pending): void {
  const now = context.clock.now()
  const base = {
    stepId: operation.id,
    name: operation.displayName ?? operation.name ?? '',
    topic: null,
    expression: null,
    race: operation.opts?.parallelMode === 'race',
    afterPosition: context.steps.lastPosition(run.id),
  }
  const until = (text: string): number | undefined => {
    const deadline = deadlineOf(text, now)
    if (deadline === undefined) machine.fail(run, { name: 'Error', message: `"${text}" of the step "${base.name}" is neither a duration nor a date.` })
    return deadline
  }
  switch (operation.op) {
    case 'StepPlanned':
      return machine.pend(run, { ...base, kind: 'planned' }, now)
    case 'Sleep': {
      const wake = until(operation.name)
      return wake === undefined ? undefined : machine.pend(run, { ...base, kind: 'sleep' }, wake)
    }
    case 'WaitForEvent': {
      const deadline = until(operation.opts.timeout)
      if (deadline === undefined) return
      const wait = { ...base, kind: 'event' as const, topic: operation.name, expression: operation.opts.if ?? null }
      machine.pend(run, wait, deadline)
      const registered: Wait = { ...wait, runId: run.id, dispatch: run.dispatch }
      const event = findStoredEvent(context, registered, run.eventSeq)
      if (event) endWait(machine, registered, event)
      return
    }
    case 'WaitForSignal': {
      const deadline = until(operation.opts.timeout)
      if (deadline === undefined || !takeSignal(context, machine, run, operation)) return
      return machine.pend(run, { ...base, kind: 'signal', topic: operation.opts.signal }, deadline)
    }
    case 'InvokeFunction':
      return invoke(context, machine, run, { operation, base, until })
    default:
      return operation satisfies never
  }
}

/** One waiter a signal: the newer takes the name over where it asks for that, else its run fails. */
function takeSignal(context: EngineContext, machine: RunMachine, run: RunRow, operation: Extract<Operation, { op: 'WaitForSignal' }>): boolean {
  for (const other of context.waits.listByTopic('signal', operation.opts.signal)) {
    if (operation.opts.conflict !== 'replace') {
      machine.fail(run, { name: 'Error', message: `Another run waits for the signal "${operation.opts.signal}" already.` })
      return false
    }
    context.waits.loseSignal(other.runId, other.stepId)
  }
  return true
}

interface Invoking {
  operation: Extract<Operation, { op: 'InvokeFunction' }>
  base: Omit<Wait, 'runId' | 'dispatch' | 'kind'>
  until(text: string): number | undefined
}

/** Starts the child in the transaction that makes its parent wait for it. Protocol part 8. */
function invoke(context: EngineContext, machine: RunMachine, run: RunRow, { operation, base, until }: Invoking): void {
  const fn = context.functions.get(operation.opts.function_id)
  if (!fn) {
    const state = JSON.stringify({ error: { name: 'Error', message: `There is no function "${operation.opts.function_id}" to invoke.` } })
    machine.resolve(run.id, { stepId: operation.id, name: base.name, state })
    return
  }
  const deadline = until(operation.opts.timeout ?? INVOKE_TIMEOUT)
  if (deadline === undefined) return
  const data = {
    ...operation.opts.payload?.data,
    _inngest: { fn_id: fn.id, correlation_id: `${run.id}.${operation.id}`, source_fn_id: run.functionId, source_app_id: fn.app.appId, expire: deadline, name: INVOKED },
  }
  const event = context.events.insert({ id: context.ids.ulid(), name: INVOKED, data, ts: context.clock.now() })
  if (!event) throw new Error('a fresh event id is in use already')
  machine.pend(run, { ...base, kind: 'invoke' }, deadline)
  machine.start(fn, event, { run, stepId: operation.id })
}
