import { wrap, type Remote } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { fromErrorBody, RainyError } from '../../../shared/errors.ts'
import type { JsonValue } from '../../../shared/json.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { ThreadCall, ToolThreadApi } from './tool-thread-protocol.ts'

// Typed as a module with a default; at run time it is the function itself, or in a bundle that module.
const nodeEndpoint = ((nodeAdapter as { default?: unknown }).default ?? nodeAdapter) as typeof nodeAdapter.default

/** A thread that was told to stop a call and does not is ended after this, in ms. */
const CANCEL_GRACE_MS = 1000
/** So many deaths within the window and no new thread is started until it has passed. */
const RESTART_LIMIT = 5
const RESTART_WINDOW_MS = 60_000
const HEAP_LIMIT_MB = 1024

export interface ToolThread {
  /** Rejects with what the tool threw; with WORKER_CRASHED where the thread died under it. */
  call(call: ThreadCall, signal: AbortSignal): Promise<JsonValue>
  dispose(): Promise<void>
}

interface Living {
  worker: Worker
  api: Remote<ToolThreadApi>
  /** Rejects when the thread dies. */
  death: Promise<never>
  calls: number
}

/** The host's side of the tool thread: one, started when it is first needed. */
export function createToolThread({ entry, clock, log }: { entry: URL; clock: Clock; log: Log }): ToolThread {
  let living: Living | undefined
  let deaths: number[] = []
  let lastId = 0
  let disposed = false

  const start = (): Living => {
    if (disposed) throw new RainyError('CANCELLED', 'The program is ending.')
    deaths = deaths.filter((at) => at > clock.now() - RESTART_WINDOW_MS)
    if (deaths.length >= RESTART_LIMIT) throw new RainyError('WORKER_CRASHED', `The tool thread died ${RESTART_LIMIT} times within a minute; try again later.`)
    const worker = new Worker(entry, { name: 'rainy-tools', resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB } })
    worker.on('message', (message: unknown) => forwardLog(message, log))
    const started: Living = { worker, api: wrap<ToolThreadApi>(nodeEndpoint(worker)), death: deathOf(worker), calls: 0 }
    started.death.catch((error: unknown) => {
      if (living === started) living = undefined
      if (disposed) return
      deaths.push(clock.now())
      log.warn('The tool thread ended.', { error: String(error) })
    })
    // It keeps the process alive only while it works.
    worker.unref()
    return started
  }

  return {
    async call(call, signal) {
      signal.throwIfAborted()
      const thread = (living ??= start())
      const id = (lastId += 1)
      let ending: Disposable | undefined
      const stop = (): void => {
        void thread.api.cancel(id).catch(() => undefined)
        ending = clock.after(CANCEL_GRACE_MS, () => void thread.worker.terminate())
      }
      signal.addEventListener('abort', stop, { once: true })
      thread.calls += 1
      thread.worker.ref()
      try {
        const reply = await Promise.race([thread.api.call(id, call), thread.death])
        if (reply.ok) return reply.value
        throw fromErrorBody(reply.error)
      } catch (error) {
        signal.throwIfAborted()
        throw error
      } finally {
        signal.removeEventListener('abort', stop)
        ending?.[Symbol.dispose]()
        thread.calls -= 1
        if (thread.calls === 0) thread.worker.unref()
      }
    },
    async dispose() {
      disposed = true
      await living?.worker.terminate()
    },
  }
}

async function deathOf(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.on('error', (error) => reject(new RainyError('WORKER_CRASHED', `The tool thread died: ${error instanceof Error ? error.message : String(error)}`, { cause: error })))
    worker.on('exit', (code) => reject(new RainyError('WORKER_CRASHED', `The tool thread ended with code ${code}.`)))
  })
}

const logSchema = z.object({ type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string(), fields: z.record(z.string(), z.unknown()) })

function forwardLog(message: unknown, log: Log): void {
  const line = logSchema.safeParse(message)
  if (line.success) log[line.data.level](line.data.message, line.data.fields)
}
