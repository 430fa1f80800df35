import { AsyncLocalStorage } from 'node:async_hooks'
import type { HostApi, InvocationRef } from '../../shared/worker-api.ts'
import { FinalStepError } from './errors.ts'

/** One call of the app by the engine: who calls, whether it still counts, and what its steps were given when they ran first. */
export interface Invocation {
  ref: InvocationRef
  /** Aborts when the engine no longer wants this invocation. */
  signal: AbortSignal
  /** Hashed step id → hash of the input it was stored with. */
  inputHashes: Readonly<Record<string, string>>
  host: HostApi
}

const current = new AsyncLocalStorage<Invocation>()

export function runInvocation<T>(invocation: Invocation, work: () => Promise<T>): Promise<T> {
  return current.run(invocation, work)
}

/** Undefined outside an invocation: registration. */
export function findInvocation(): Invocation | undefined {
  return current.getStore()
}

export function currentInvocation(): Invocation {
  const invocation = current.getStore()
  if (!invocation) throw new Error('no invocation is running here')
  return invocation
}

/** Waits for the host, unless the invocation is cancelled first: comlink itself has no cancel. */
export function untilCancelled<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new FinalStepError('CANCELLED', 'This invocation was cancelled.'))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    call().then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
