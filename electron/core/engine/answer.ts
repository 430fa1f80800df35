import { operationsSchema, wireErrorSchema, type Operation, type WireError } from './protocol/operations.ts'
import type { InvokeResponse } from '../../../shared/worker-api.ts'

/** What an app answered, in the engine's terms. */
export type Answer =
  | { type: 'operations'; operations: Operation[]; retryAfter?: string }
  | { type: 'complete'; output: unknown }
  | { type: 'error'; error: WireError; final: boolean; retryAfter?: string }
  /** The run's steps no longer fit its code. */
  | { type: 'diverged'; message: string }
  /** The SDK saw that its dispatch is stale: nothing to record. */
  | { type: 'stale' }

/** Reads an app's reply. What makes no sense is an error that can be retried: the app may be another version a moment later. */
export function readAnswer(response: InvokeResponse): Answer {
  const retryAfter = response.headers['retry-after']
  const later = retryAfter === undefined ? {} : { retryAfter }
  let body: unknown
  try {
    body = response.body === '' ? null : JSON.parse(response.body)
  } catch {
    return internal(`The app answered ${response.status} with a body that is not JSON.`)
  }
  if (response.status === 200) return { type: 'complete', output: body }
  if (response.status === 206) return readOperations(body, later)
  const noRetry = response.headers['x-inngest-no-retry']
  const error = wireErrorSchema.safeParse(body)
  const wireError = error.success ? error.data : { name: 'Error', message: `The app answered ${response.status}.` }
  if (wireError.name === 'StaleDispatchError') return { type: 'stale' }
  if (isDivergence(wireError)) return { type: 'diverged', message: wireError.message }
  return { type: 'error', error: wireError, final: (response.status === 400 && noRetry === 'true') || isNeverRetried(wireError), ...later }
}

function readOperations(body: unknown, later: { retryAfter?: string }): Answer {
  const parsed = operationsSchema.safeParse(body)
  if (!parsed.success) return internal(`The app's operations cannot be read: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`)
  for (const operation of parsed.data) {
    if (operation.op !== 'StepError' && operation.op !== 'StepFailed') continue
    if (isDivergence(operation.error)) return { type: 'diverged', message: operation.error.message }
  }
  return { type: 'operations', operations: parsed.data, ...later }
}

function internal(message: string): Answer {
  return { type: 'error', error: { name: 'Error', message }, final: false }
}

function isDivergence(error: WireError): boolean {
  return error.name === 'RunDivergedError' || error.code === 'RUN_DIVERGED'
}

/** Trying again cannot make a value serialisable. */
export function isNeverRetried(error: WireError): boolean {
  return error.code === 'STEP_NOT_SERIALIZABLE' || error.name === 'STEP_NOT_SERIALIZABLE'
}
