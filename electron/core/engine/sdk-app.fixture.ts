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
  /** Requests that the SDK made. */
  requests: Array<{ path: string; status: number }>
  /** Whose invocation the running code belongs to: what the worker's step middleware knows. */
  refOf(runId: string): InvocationRef
}

/** The real SDK in this process, wired to an engine as a worker wires it: all its requests go through `engine.sdk`. */
export function createSdkApp(appId = 'app'): SdkApp {
  let engine: Engine | undefined
  let registered: FunctionRegistration[] = []
  const calls: string[] = []
  const requests: Array<{ path: string; status: number }> = []
  const refs = new Map<string, InvocationRef>()

  const client = new Inngest({
    id: appId,
    isDev: true,
    checkpointing: { bufferedSteps: 1, maxRuntime: 0 },
    logger: quiet,
    fetch: async (url: string | URL | Request, init?: RequestInit) => {
      const path = new URL(url instanceof Request ? url.url : url).pathname
      const body = typeof init?.body === 'string' ? init.body : null
      if (path === '/fn/register') registered = (JSON.parse(body ?? '{}') as { functions: FunctionRegistration[] }).functions
      const runId = path.match(/^\/v1\/checkpoint\/([^/]+)/)?.[1]
      const reply = engine
        ? await engine.sdk(runId === undefined ? null : (refs.get(runId) ?? null), path, init?.method ?? 'GET', body, Object.fromEntries(new Headers(init?.headers)))
        : { status: 200, body: JSON.stringify({ ok: true }) }
      requests.push({ path, status: reply.status })
      return new Response(reply.body, { status: reply.status, headers: { 'content-type': 'application/json' } })
    },
  })

  return {
    client,
    calls,
    requests,
    refOf(runId) {
      const ref = refs.get(runId)
      if (!ref) throw new Error(`nothing was invoked for ${runId}`)
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
          refs.set(request.ref.runId, request.ref)
          const response = await ask('POST', `?fnId=${request.functionId}&stepId=${request.stepId}`, request.body)
          return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
        },
      }
      target.register(app)
      return app
    },
  }
}
