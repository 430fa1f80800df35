import { Hono } from 'hono'
import PQueue from 'p-queue'
import { z } from 'zod'
import type { RainyApi } from '../../../../shared/api.ts'
import { toErrorBody } from '../../../../shared/errors.ts'
import type { ToolOutcome } from '../../../../shared/tools.ts'
import { errorStatus } from '../error-response.ts'
import { parseBody, parseOperation } from '../parse-input.ts'
import { readJson } from '../read-json.ts'

const DEFAULT_CONCURRENCY = 5
const CONCURRENCY_LIMIT = 10
const BATCH_LIMIT = 100

const runSchema = z.strictObject({ args: z.unknown().optional(), workspace: z.unknown().optional() })
const batchSchema = z.strictObject({
  calls: z.array(z.strictObject({ tool: z.string(), args: z.unknown() })).max(BATCH_LIMIT),
  parallel: z.boolean().default(true),
  maxConcurrency: z.int().min(1).max(CONCURRENCY_LIMIT).default(DEFAULT_CONCURRENCY),
  workspace: z.unknown().optional(),
})

/** The tools and the models: what the program can do and with what. */
export function toolRoutes(api: RainyApi, home: string): Hono {
  async function run(call: { tool: string; args: unknown }, workspace: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    try {
      return await api.call('tools.run', parseOperation('tools.run', { workspace: workspace ?? home, call }), { signal })
    } catch (error) {
      return { error: toErrorBody(error) }
    }
  }
  return new Hono()
    .get('/tools', async (context) => context.json(await api.call('tools.list', {}, { signal: context.req.raw.signal })))
    .get('/models', async (context) => context.json(await api.call('models.list', {}, { signal: context.req.raw.signal })))
    .post('/tools/batch', async (context) => {
      const { calls, parallel, maxConcurrency, workspace } = parseBody(batchSchema, await readJson(context))
      const lane = new PQueue({ concurrency: parallel ? maxConcurrency : 1 })
      const { signal } = context.req.raw
      return context.json(await lane.addAll(calls.map((call) => () => run(call, workspace, signal))))
    })
    .post('/tools/:name', async (context) => {
      const { args = {}, workspace } = parseBody(runSchema, await readJson(context))
      const outcome = await run({ tool: context.req.param('name'), args }, workspace, context.req.raw.signal)
      return context.json(outcome, 'error' in outcome ? errorStatus(outcome.error.code) : 200)
    })
}
