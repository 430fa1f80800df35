import { expose } from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import module from 'node:module'
import { parentPort } from 'node:worker_threads'
import type { HostApi, WorkerApi } from '../../shared/worker-api.ts'
import { type App, createApp } from './app.ts'

// Typed as a module with a default; at run time it is the function itself, or in a bundle that module.
const nodeEndpoint = ((nodeAdapter as { default?: unknown }).default ?? nodeAdapter) as typeof nodeAdapter.default

/** Not in the middle of the start. */
const COMPILE_CACHE_AFTER_MS = 50

/** The root of an agent thread. It has no environment but where compiled code is kept, holds no secret and reaches the world through the host alone. */
function start(): void {
  if (!parentPort) throw new Error('worker.ts runs in a worker thread')
  let app: App | undefined
  const ready = (): App => {
    if (!app) throw new Error('init comes first')
    return app
  }
  const api: WorkerApi = {
    init(host: HostApi, tools) {
      app = createApp(host, tools)
      // Written now, since a thread that is terminated writes nothing. Costs nothing where nothing is new.
      setTimeout(() => module.flushCompileCache?.(), COMPILE_CACHE_AFTER_MS).unref()
      return app.register()
    },
    invoke: (request) => ready().invoke(request),
    async cancel(runId, dispatch) {
      ready().cancel(runId, dispatch)
    },
    async ping() {
      return { heapUsedBytes: process.memoryUsage().heapUsed }
    },
  }
  expose(api, nodeEndpoint(parentPort))
}

start()
