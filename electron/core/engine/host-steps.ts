import { RainyError } from '../../../shared/errors.ts'
import type { StepRef } from '../../../shared/worker-api.ts'
import type { EngineContext } from './context.ts'
import { clearSuspicion } from './lost-app.ts'
import type { Invocation, LiveInvocations } from './live-invocations.ts'
import type { Engine, HostStepContext, HostStepOutcome } from './types.ts'

/** How long a step rests whose result the disk had no room for. */
const FULL_DISK_RETRY_MS = 1000

/** A step's row: its value, or how it failed. */
interface State {
  data?: unknown
  error?: { message?: string }
}

interface Flight {
  inputHash: string
  signal: AbortSignal
  value: Promise<unknown>
}

/**
 * Steps whose work the host does. Their result is stored here, with its effects, before the app hears of it; the SDK's own
 * checkpoint then finds the row. A call in flight outlives a lost app: the retried invocation joins it, so nothing is paid twice.
 */
export function createHostSteps(context: EngineContext, live: LiveInvocations): Engine['hostStep'] {
  const flights = new Map<string, Flight>()

  async function perform(invocation: Invocation, step: StepRef, signal: AbortSignal, compute: (context: HostStepContext) => Promise<HostStepOutcome<unknown>>): Promise<unknown> {
    let outcome: HostStepOutcome<unknown>
    try {
      outcome = await compute({ signal, run: invocation.view })
    } catch (error) {
      throw signal.aborted ? cancelled(step, error) : error
    }
    if (signal.aborted) throw cancelled(step)
    const store = (): unknown => {
      const stored = storedState(context, step)
      if (stored) return stored.value
      // First, so that what it learns can still be put into the value.
      outcome.commit?.()
      const state = serialize(step, outcome.value)
      context.steps.insert({ runId: step.runId, stepId: step.stepId, name: step.stepName, state, inputHash: step.inputHash })
      clearSuspicion(context, invocation)
      // A step got done: the next one has its full budget, also where this owner dies before the app answers.
      if (invocation.item.attempt > 0) context.queue.resetAttempt(invocation.item.id)
      // As a replay will read it: what goes on from here must come to the same, whatever JSON leaves out.
      return (JSON.parse(state) as State).data ?? null
    }
    return whenThereIsSpace(step, signal, () => context.db.transaction(store))
  }

  /** What was computed, and perhaps paid for, is not thrown away because the disk is full for a moment. */
  async function whenThereIsSpace<T>(step: StepRef, signal: AbortSignal, store: () => T): Promise<T> {
    for (;;) {
      try {
        return store()
      } catch (error) {
        if (!(error instanceof RainyError) || error.code !== 'DISK_FULL') throw error
        context.log.warn('a step waits for space on the disk', { runId: step.runId, step: step.stepName })
        await context.clock.sleep(FULL_DISK_RETRY_MS, signal).catch((reason: unknown) => {
          throw cancelled(step, reason)
        })
      }
    }
  }

  return async <T>(step: StepRef, compute: (context: HostStepContext) => Promise<HostStepOutcome<T>>): Promise<T> => {
    const invocation = live.find(step)
    if (!invocation) throw cancelled(step)
    // The step's own code chose T; what is stored is what it gave.
    const stored = storedState(context, step)
    if (stored) return stored.value as T
    const key = `${step.runId} ${step.stepId}`
    const known = flights.get(key)
    if (known && !known.signal.aborted) {
      if (known.inputHash !== step.inputHash) throw diverged(step)
      return known.value as Promise<T>
    }
    const signal = live.scopeOf(step.runId)
    const value = perform(invocation, step, signal, compute)
    const flight: Flight = { inputHash: step.inputHash, signal, value }
    flights.set(key, flight)
    live.track(step.runId, value)
    try {
      return (await value) as T
    } finally {
      if (flights.get(key) === flight) flights.delete(key)
    }
  }
}

function storedState(context: EngineContext, step: StepRef): { value: unknown } | undefined {
  const row = context.steps.get(step.runId, step.stepId)
  if (!row) return undefined
  if (row.inputHash !== null && row.inputHash !== step.inputHash) throw diverged(step)
  const state = JSON.parse(row.state) as State
  if (state.error) throw new RainyError('CANCELLED', `The step "${step.stepName}" has failed for good already: ${state.error.message ?? ''}`)
  return { value: state.data ?? null }
}

function serialize(step: StepRef, value: unknown): string {
  try {
    // `undefined` and functions vanish without a word; what is promised is a JSON value.
    if (JSON.stringify(value) !== undefined) return JSON.stringify({ data: value })
  } catch (error) {
    throw new RainyError('STEP_NOT_SERIALIZABLE', `The result of the step "${step.stepName}" cannot be stored as JSON.`, { cause: error })
  }
  throw new RainyError('STEP_NOT_SERIALIZABLE', `The result of the step "${step.stepName}" cannot be stored as JSON: it is ${typeof value}.`)
}

function cancelled(step: StepRef, cause?: unknown): RainyError {
  return new RainyError('CANCELLED', `The step "${step.stepName}" belongs to a call that no longer counts.`, cause === undefined ? {} : { cause })
}

function diverged(step: StepRef): RainyError {
  return new RainyError('RUN_DIVERGED', `The step "${step.stepName}" was given other input than when it was first done; the task cannot go on with this program version.`)
}
