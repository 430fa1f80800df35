import { Hono } from 'hono'
import { z } from 'zod'
import type { RainyApi } from '../../../../shared/api.ts'
import { parseBody, parseOperation } from '../parse-input.ts'
import { readJson } from '../read-json.ts'
import { streamTask } from '../sse.ts'

/** What `POST /execute` takes beside what `tasks.start` checks itself. Contract part 3. */
const executeSchema = z.strictObject({
  task: z.unknown(),
  context: z.strictObject({ workspace: z.unknown().optional(), files: z.unknown().optional() }).optional(),
  options: z.unknown().optional(),
})

const lastEventIdSchema = z.object({ 'last-event-id': z.coerce.number().int().min(0).default(0) })

export function taskRoutes(api: RainyApi, workspace: string): Hono {
  return new Hono()
    .post('/execute', async (context) => {
      const { task, context: where, options } = parseBody(executeSchema, await readJson(context))
      const input = parseOperation('tasks.start', { task, workspace: where?.workspace ?? workspace, files: where?.files, options })
      return context.json(await api.call('tasks.start', input), 202)
    })
    .get('/tasks', async (context) => {
      const { workspace: within, limit } = context.req.query()
      const input = parseOperation('tasks.list', { ...(within === undefined ? {} : { workspace: within }), ...(limit === undefined ? {} : { limit: Number(limit) }) })
      return context.json(await api.call('tasks.list', input, { signal: context.req.raw.signal }))
    })
    .get('/tasks/:id', async (context) => {
      const input = parseOperation('tasks.get', { taskId: context.req.param('id') })
      return context.json(await api.call('tasks.get', input, { signal: context.req.raw.signal }))
    })
    .get('/tasks/:id/stream', async (context) => {
      const after = parseBody(lastEventIdSchema, { 'last-event-id': context.req.header('last-event-id') })['last-event-id']
      const input = parseOperation('tasks.get', { taskId: context.req.param('id') })
      // An unknown task is an answer of its own, which a stream could not give any more.
      const { id } = await api.call('tasks.get', input, { signal: context.req.raw.signal })
      return streamTask(context, { api, taskId: id, after })
    })
    .post('/tasks/:id/messages', async (context) => {
      const input = parseOperation('tasks.message', { ...(await readJson(context)), taskId: context.req.param('id') })
      return context.json(await api.call('tasks.message', input), 202)
    })
    .post('/tasks/:id/cancel', async (context) => {
      const input = parseOperation('tasks.cancel', { ...(await readJson(context)), taskId: context.req.param('id') })
      return context.json(await api.call('tasks.cancel', input), 202)
    })
    .post('/tasks/:id/resume', async (context) => {
      const input = parseOperation('tasks.resume', { ...(await readJson(context)), taskId: context.req.param('id') })
      return context.json(await api.call('tasks.resume', input), 202)
    })
    .get('/tasks/:id/diff', async (context) => {
      const input = parseOperation('tasks.diff', { taskId: context.req.param('id') })
      return context.json(await api.call('tasks.diff', input, { signal: context.req.raw.signal }))
    })
    .get('/tasks/:id/checkpoints', async (context) => {
      const input = parseOperation('tasks.get', { taskId: context.req.param('id') })
      return context.json((await api.call('tasks.get', input, { signal: context.req.raw.signal })).checkpoints)
    })
}
