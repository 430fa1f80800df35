import { proxy, type Remote, releaseProxy, wrap } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import module from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ToolInfo } from '../../../shared/tools.ts'
import type { FunctionRegistration, HostApi, InvokeRequest, InvokeResponse, WorkerApi } from '../../../shared/worker-api.ts'
import { AppLostError } from '../engine/types.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

const PING_INTERVAL_MS = 2000
/** Pings in a row without an answer until a thread counts as hung: 10 s. Counted, not timed: a machine that slept is not a thread that hung. */
const MISSED_PINGS_LIMIT = 5
/** Until its code is loaded a thread cannot answer: on a busy machine that takes a while. */
const MISSED_PINGS_LIMIT_AT_START = 30
const HEAP_LIMIT_MB = 1024

// Typed as a module with a default; at run time it is the function itself, or in a bundle that module.
const nodeEndpoint = ((nodeAdapter as { default?: unknown }).default ?? nodeAdapter) as typeof nodeAdapter.default

export type LossCause = 'exit' | 'out-of-memory' | 'hung'

/**
 * One agent thread and what runs on it.
 *
 * Invariants:
 * 1. An invocation settles exactly once: with the app's answer, with its signal's reason, or with AppLostError.
 * 2. It counts as load until the thread has really let go of it, also after it was aborted.
 * 3. Once lost, a thread stays lost.
 */
export interface AgentThread {
  readonly ready: Promise<{ appId: string; functions: FunctionRegistration[] }>
  /** Invocations that the thread still works on. */
  readonly load: number
  readonly lost: boolean
  invoke(request: InvokeRequest, signal: AbortSignal): Promise<InvokeResponse>
  /** Asks everything on it to stop. */
  cancelAll(): void
  /** Resolves when nothing runs on it any more. */
  idle(): Promise<void>
  terminate(): Promise<void>
}

export interface AgentThreadParts {
  name: string
  entry: URL
  host: HostApi
  tools: ToolInfo[]
  clock: Clock
  log: Log
  heapLimitMb?: number
  /** Load went down, or the thread was lost. */
  onChange(): void
  onLost(cause: LossCause): void
}

interface Running {
  request: InvokeRequest
  lose(error: AppLostError): void
}

export function startAgentThread({ name, entry, host, tools, clock, log, heapLimitMb = HEAP_LIMIT_MB, onChange, onLost }: AgentThreadParts): AgentThread {
  // Hardly an environment: a worker holds no secrets, and the SDK would read it at every request.
  const worker = new Worker(entry, { name, env: compileCacheEnv(), execArgv: [], stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } })
  const api: Remote<WorkerApi> = wrap<WorkerApi>(nodeEndpoint(worker))
  const running = new Set<Running>()
  const idleWaiters = new Set<() => void>()
  let cause: LossCause = 'exit'
  let lost = false
  let terminated = false
  let missed = 0
  let missable = MISSED_PINGS_LIMIT_AT_START
  let failReady: (error: Error) => void = () => undefined
  let pingTimer: Disposable | undefined

  // Its output must not mix with ours: a command may be printing JSON.
  worker.stdout.on('data', (chunk: Buffer) => log.debug('an agent thread printed', { thread: name, text: String(chunk) }))
  worker.stderr.on('data', (chunk: Buffer) => log.warn('an agent thread printed', { thread: name, text: String(chunk) }))
  worker.on('error', (error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') cause = 'out-of-memory'
    log.error('an agent thread failed', { thread: name, error: String(error) })
  })
  worker.on('exit', (code) => lose(code))

  function lose(code: number): void {
    if (lost) return
    lost = true
    pingTimer?.[Symbol.dispose]()
    const alone = running.size === 1
    log.warn('an agent thread is gone', { thread: name, cause, code, invocations: running.size })
    for (const { lose } of running) lose(new AppLostError(alone, cause))
    running.clear()
    failReady(new AppLostError(false, cause))
    changed()
    onLost(cause)
  }

  function changed(): void {
    if (running.size === 0) {
      for (const wake of idleWaiters) wake()
      idleWaiters.clear()
    }
    onChange()
  }

  function ping(): void {
    pingTimer = clock.after(PING_INTERVAL_MS, () => {
      if (lost) return
      missed += 1
      if (missed > missable) {
        cause = 'hung'
        void worker.terminate()
        return
      }
      void hear()
      ping()
    })
  }

  async function hear(): Promise<void> {
    try {
      await api.ping()
      missed = 0
    } catch (error) {
      log.warn('a ping failed', { thread: name, error: String(error) })
    }
  }

  async function cancel({ ref }: InvokeRequest): Promise<void> {
    try {
      if (!lost) await api.cancel(ref.runId, ref.dispatch)
    } catch (error) {
      log.warn('an invocation could not be cancelled', { thread: name, runId: ref.runId, error: String(error) })
    }
  }

  const ready = new Promise<{ appId: string; functions: FunctionRegistration[] }>((resolve, reject) => {
    failReady = reject
    api.init(proxy(host), tools).then(resolve, reject)
  })
  // Whoever waits for it is told; where no one waits, losing the thread has been told already.
  ready.then(() => (missable = MISSED_PINGS_LIMIT)).catch(() => undefined)
  ping()

  return {
    ready,
    get load() {
      return running.size
    },
    get lost() {
      return lost
    },
    invoke(request, signal) {
      return new Promise<InvokeResponse>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const entry: Running = { request, lose: end(reject) }
        const abort = (): void => {
          void cancel(request)
          reject(signal.reason)
        }
        function end<T>(settle: (value: T) => void): (value: T) => void {
          return (value) => {
            signal.removeEventListener('abort', abort)
            settle(value)
          }
        }
        running.add(entry)
        signal.addEventListener('abort', abort, { once: true })
        ready
          .then(() => {
            signal.throwIfAborted()
            return api.invoke(request)
          })
          .then(end(resolve), end(reject))
          .finally(() => {
            if (running.delete(entry)) changed()
          })
      })
    },
    cancelAll() {
      for (const { request } of running) void cancel(request)
    },
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((resolve) => void idleWaiters.add(resolve))),
    async terminate() {
      if (terminated) return
      terminated = true
      await worker.terminate()
      api[releaseProxy]()
    },
  }
}

/** A thread does not share its parent's compile cache unless it is named to it. */
function compileCacheEnv(): Record<string, string> {
  // The folder that Node tells of is one for this version, inside the one that it was given.
  const dir = module.getCompileCacheDir?.()
  return dir === undefined ? {} : { NODE_COMPILE_CACHE: dirname(dir) }
}
