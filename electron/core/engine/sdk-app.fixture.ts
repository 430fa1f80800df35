import { AsyncLocalStorage } from 'node:async_hooks'
import { Inngest, type InngestFunction } from 'inngest'
import { serve } from 'inngest/edge'
import type { FunctionRegistration, InvocationRef } from '../../../shared/worker-api.ts'
import type { Engine, EngineApp } from './types.ts'

const APP_URL = 'http://app.local/api/inngest'
const quiet = { info() {}, warn() {}, error() {}, debug() {} }

export interface SdkApp {
  client: Inngest
  /** Registers the functions with the engine and connects the two. */
  connect(engine: Engine, functions: InngestFunction.Any[]): Promise<EngineApp>
  /** How often the engine has called, by step id. */
  calls: string[]
  /** Calls that have not been answered. */
  inFlight(): number
  /** Requests that the SDK made. */
  requests: Array<{ path: string; status: number }>
  /** Whose invocation the running code belongs to. */
  currentRef(): InvocationRef
}

/** The real SDK in this process, wired to an engine as a worker wires it: all its requests go through `engine.sdk`. */
export function createSdkApp(appId = 'app'): SdkApp {
  let engine: Engine | undefined
  let registered: FunctionRegistration[] = []
  const calls: string[] = []
  let inFlight = 0
  const requests: Array<{ path: string; status: number }> = []
  const current = new AsyncLocalStorage<InvocationRef>()

  const client = new Inngest({
    id: appId,
    isDev: true,
    checkpointing: { bufferedSteps: 1, maxRuntime: 0 },
    logger: quiet,
    fetch: async (url: string | URL | Request, init?: RequestInit) => {
      const path = new URL(url instanceof Request ? url.url : url).pathname
      const body = typeof init?.body === 'string' ? init.body : null
      if (path === '/fn/register') registered = (JSON.parse(body ?? '{}') as { functions: FunctionRegistration[] }).functions
      const reply = engine
        ? await engine.sdk(current.getStore() ?? null, path, init?.method ?? 'GET', body, Object.fromEntries(new Headers(init?.headers)))
        : { status: 200, body: JSON.stringify({ ok: true }) }
      requests.push({ path, status: reply.status })
      return new Response(reply.body, { status: reply.status, headers: { 'content-type': 'application/json' } })
    },
  })

  return {
    client,
    calls,
    requests,
    inFlight: () => inFlight,
    currentRef() {
      const ref = current.getStore()
      if (!ref) throw new Error('nothing was invoked here')
      return ref
    },
    async connect(target, functions) {
      const handler = serve({ client, functions })
      const ask = (method: string, query: string, body: string): Promise<Response> =>
        handler(new Request(`${APP_URL}${query}`, { method, body, headers: { host: 'app.local', 'content-type': 'application/json', 'x-inngest-server-kind': 'dev' } }))
      await ask('PUT', '', '{}')
      engine = target
      const app: EngineApp = {
        appId,
        functions: registered,
        async invoke(request) {
          calls.push(request.stepId)
          inFlight += 1
          try {
            return await current.run(request.ref, async () => {
              const response = await ask('POST', `?fnId=${request.functionId}&stepId=${request.stepId}`, request.body)
              return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
            })
          } finally {
            inFlight -= 1
          }
        },
      }
      target.register(app)
      return app
    },
  }
}
