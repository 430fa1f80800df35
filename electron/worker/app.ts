import { Inngest } from 'inngest'
import { serve } from 'inngest/edge'
import { z } from 'zod'
import { jsonValueSchema } from '../../shared/json.ts'
import type { ToolInfo } from '../../shared/tools.ts'
import type { FunctionRegistration, HostApi, InvokeRequest, InvokeResponse } from '../../shared/worker-api.ts'
import { createTeam } from './agentkit/team.ts'
import { ALL_AGENTS } from './agents/all-agents.ts'
import { nextAgent } from './agents/router.ts'
import { InlineInference } from './inline-inference.ts'
import { findInvocation, runInvocation } from './invocation.ts'
import { createAllWorkflows } from './workflows/all-workflows.ts'

export const APP_ID = 'rainy-brain'

/** No such host exists: whatever the SDK sends goes through our `fetch`. */
const ENGINE_URL = 'http://engine.invalid'
const APP_URL = 'http://worker.invalid/api/inngest'

const registerRequestSchema = z.object({ functions: z.array(jsonValueSchema) })

export interface App {
  register(): Promise<{ appId: string; functions: FunctionRegistration[] }>
  invoke(request: InvokeRequest): Promise<InvokeResponse>
  cancel(runId: string, dispatch: number): void
}

/** The Inngest app of one thread: the SDK by its public API, with everything it sends given to the host. */
export function createApp(host: HostApi, tools: readonly ToolInfo[]): App {
  /** By run and dispatch: steps that were planned together are asked for under one dispatch. */
  const running = new Map<string, Set<AbortController>>()
  let registered: FunctionRegistration[] = []

  const client = new Inngest({
    id: APP_ID,
    isDev: true,
    baseUrl: ENGINE_URL,
    middleware: [InlineInference],
    checkpointing: { maxRuntime: 0 },
    logger: hostLogger(host),
    internalLogger: hostLogger(host),
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const body = typeof init?.body === 'string' ? init.body : null
      if (url.pathname === '/fn/register') {
        registered = registerRequestSchema.parse(JSON.parse(body ?? 'null')).functions
        return Response.json({ ok: true, modified: true })
      }
      const answer = await host.sdk(findInvocation()?.ref ?? null, url.pathname + url.search, init?.method ?? 'GET', body)
      return new Response(answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } })
    },
  })
  const handle = serve({ client, functions: createAllWorkflows(client, createTeam({ specs: ALL_AGENTS, tools, router: nextAgent })) })

  function request(query: string, init: RequestInit): Promise<Response> {
    const headers = { host: 'worker.invalid', 'content-type': 'application/json', 'x-inngest-server-kind': 'dev' }
    return handle(new Request(`${APP_URL}${query}`, { ...init, headers }))
  }

  return {
    async register() {
      const response = await request('', { method: 'PUT' })
      if (!response.ok) throw new Error(`the app could not be registered: ${await response.text()}`)
      return { appId: APP_ID, functions: registered }
    },
    async invoke({ ref, functionId, stepId, body, inputHashes }) {
      const key = `${ref.runId}:${ref.dispatch}`
      const controller = new AbortController()
      const together = running.get(key) ?? new Set()
      running.set(key, together.add(controller))
      try {
        const query = `?fnId=${encodeURIComponent(functionId)}&stepId=${encodeURIComponent(stepId)}`
        const response = await runInvocation({ ref, inputHashes, signal: controller.signal, host }, () => request(query, { method: 'POST', body }))
        return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
      } finally {
        together.delete(controller)
        if (together.size === 0) running.delete(key)
      }
    },
    cancel(runId, dispatch) {
      for (const controller of running.get(`${runId}:${dispatch}`) ?? []) controller.abort()
    },
  }
}

type Level = Parameters<HostApi['log']>[0]

/** The SDK writes to the console otherwise. Its words are details to us: what matters comes as results. */
function hostLogger(host: HostApi): Record<Level, (...args: unknown[]) => void> {
  const at = (level: Level) => (...args: unknown[]) => {
    const [message, fields] = typeof args[0] === 'object' && args[0] !== null ? [args[1], args[0]] : [args[0], undefined]
    host.log(level, String(message ?? ''), fields === undefined ? {} : { fields: plain(fields) })
  }
  return { debug() {}, info: at('debug'), warn: at('warn'), error: at('error') }
}

/** Only what can be cloned crosses to the host. */
function plain(value: object): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? '')
}

