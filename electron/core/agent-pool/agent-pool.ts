import { RainyError } from '../../../shared/errors.ts'
import type { ToolInfo } from '../../../shared/tools.ts'
import type { HostApi, InvokeRequest, InvokeResponse } from '../../../shared/worker-api.ts'
import type { EngineApp } from '../engine/types.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { type AgentThread, startAgentThread } from './agent-thread.ts'
import { guardHost } from './guard-host.ts'
import type { AgentPool } from './types.ts'

/** Threads lost in a row, with no invocation answered between, until the pool gives up for a while. */
const RESTART_LIMIT = 8
const RESTART_BACKOFF_MS = 100
const RESTART_BACKOFF_LIMIT_MS = 5000
/** After which a pool that gave up tries again. */
const GIVE_UP_MS = 30_000
const DISPOSE_GRACE_MS = 1000

export interface AgentPoolOptions {
  /** Threads at most. */
  size: number
  /** The file of a thread's root. */
  entry: URL
  host: HostApi
  tools: ToolInfo[]
  clock: Clock
  log: Log
  heapLimitMb?: number
}

interface Waiter {
  alone: boolean
  /** Counts as load on the thread when it returns. */
  start(thread: AgentThread): void
  fail(error: Error): void
}

/**
 * Agent threads, many invocations on each.
 *
 * Invariants:
 * 1. An invocation goes to the thread with the least load; another thread is started when all are busy and there is room.
 * 2. One that asked to be alone shares its thread with nothing, from its start to its end; while one waits, a thread is kept free of new work for it.
 * 3. At most `size` threads live. A lost one is replaced when there is work, later each time, and not without end.
 */
export function createAgentPool({ size, entry, host, tools, clock, log, heapLimitMb }: AgentPoolOptions): AgentPool {
  const guarded = guardHost(host, log)
  const threads = new Set<AgentThread>()
  const readyThreads = new Set<AgentThread>()
  const exclusive = new Set<AgentThread>()
  let waiters: Waiter[] = []
  let draining: AgentThread | undefined
  let losses = 0
  let count = 0
  let restartTimer: Disposable | undefined
  let disposed = false

  function startThread(): AgentThread {
    count += 1
    const thread = startAgentThread({
      name: `agent-${count}`,
      entry,
      host: guarded,
      tools,
      clock,
      log,
      ...(heapLimitMb === undefined ? {} : { heapLimitMb }),
      onChange: pump,
      onLost: () => {
        threads.delete(thread)
        readyThreads.delete(thread)
        exclusive.delete(thread)
        losses += 1
        pump()
      },
    })
    threads.add(thread)
    void welcome(thread)
    return thread
  }

  async function welcome(thread: AgentThread): Promise<void> {
    try {
      await thread.ready
      readyThreads.add(thread)
      pump()
    } catch (error) {
      log.error('an agent thread did not start', { error: String(error) })
      await thread.terminate()
    }
  }

  /** Gives waiting invocations their threads, in order; one that must wait to be alone does not hold up the others. */
  function pump(): void {
    if (disposed) return
    if (draining?.lost) draining = undefined
    const left: Waiter[] = []
    let crowded = false
    for (const waiter of waiters) {
      const thread = waiter.alone ? freeThread() : leastLoaded()
      if (!thread) {
        left.push(waiter)
        continue
      }
      crowded ||= thread.load > 0
      if (waiter.alone) {
        exclusive.add(thread)
        draining = undefined
      }
      waiter.start(thread)
    }
    waiters = left
    if (waiters.some((waiter) => waiter.alone)) draining ??= leastLoaded()
    if (crowded || waiters.length > 0) grow()
  }

  function leastLoaded(): AgentThread | undefined {
    let best: AgentThread | undefined
    for (const thread of readyThreads) {
      if (exclusive.has(thread) || thread === draining || thread.lost) continue
      if (!best || thread.load < best.load) best = thread
    }
    return best
  }

  function freeThread(): AgentThread | undefined {
    return [...readyThreads].find((thread) => thread.load === 0 && !exclusive.has(thread) && !thread.lost)
  }

  function grow(): void {
    const starting = threads.size > readyThreads.size
    if (starting || threads.size >= size || restartTimer) return
    if (losses === 0) {
      startThread()
      return
    }
    if (losses >= RESTART_LIMIT) giveUp()
    const delay = losses >= RESTART_LIMIT ? GIVE_UP_MS : Math.min(RESTART_BACKOFF_MS * 2 ** (losses - 1), RESTART_BACKOFF_LIMIT_MS)
    restartTimer = clock.after(delay, () => {
      restartTimer = undefined
      if (losses >= RESTART_LIMIT) losses = 0
      if (!disposed && threads.size < size) startThread()
    })
  }

  function giveUp(): void {
    const error = new RainyError('WORKER_CRASHED', `Agent threads died ${losses} times in a row; the log says why. New ones are tried in ${GIVE_UP_MS / 1000} s.`)
    const told = waiters
    waiters = []
    for (const { fail } of told) fail(error)
  }

  function invoke(request: InvokeRequest, { signal, alone }: { signal: AbortSignal; alone: boolean }): Promise<InvokeResponse> {
    return new Promise((resolve, reject) => {
      if (disposed) return reject(new RainyError('CANCELLED', 'The agent pool is closed.'))
      if (signal.aborted) return reject(signal.reason)
      const waiter: Waiter = {
        alone,
        start(thread) {
          signal.removeEventListener('abort', abort)
          runOn(thread, request, { signal, alone }).then(resolve, reject)
        },
        fail(error) {
          signal.removeEventListener('abort', abort)
          reject(error)
        },
      }
      const abort = (): void => {
        waiters = waiters.filter((other) => other !== waiter)
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      waiters.push(waiter)
      pump()
    })
  }

  async function runOn(thread: AgentThread, request: InvokeRequest, { signal, alone }: { signal: AbortSignal; alone: boolean }): Promise<InvokeResponse> {
    const answered = thread.invoke(request, signal)
    if (alone) void freeWhenIdle(thread)
    const response = await answered
    losses = 0
    return response
  }

  async function freeWhenIdle(thread: AgentThread): Promise<void> {
    await thread.idle()
    exclusive.delete(thread)
    pump()
  }

  return {
    async start() {
      const { appId, functions } = await startThread().ready
      const app: EngineApp = { appId, functions, invoke }
      return app
    },
    status: () => ({ busy: [...threads].filter((thread) => thread.load > 0).length, total: readyThreads.size }),
    async dispose() {
      if (disposed) return
      disposed = true
      restartTimer?.[Symbol.dispose]()
      for (const { fail } of waiters) fail(new RainyError('CANCELLED', 'The agent pool is closed.'))
      waiters = []
      for (const thread of threads) thread.cancelAll()
      const grace = new AbortController()
      await Promise.race([Promise.all([...threads].map((thread) => thread.idle())), clock.sleep(DISPOSE_GRACE_MS, grace.signal).catch(() => undefined)])
      grace.abort()
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}
