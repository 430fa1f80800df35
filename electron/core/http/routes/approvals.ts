import { Hono } from 'hono'
import type { RainyApi } from '../../../../shared/api.ts'
import { parseOperation } from '../parse-input.ts'
import { readJson } from '../read-json.ts'

export function approvalRoutes(api: RainyApi): Hono {
  return new Hono()
    .get('/approvals', async (context) => {
      const { taskId, all } = context.req.query()
      const input = parseOperation('approvals.list', { ...(taskId === undefined ? {} : { taskId }), ...(all === undefined ? {} : { all: all === 'true' }) })
      return context.json(await api.call('approvals.list', input, { signal: context.req.raw.signal }))
    })
    .post('/approvals/:id', async (context) => {
      const input = parseOperation('approvals.decide', { ...(await readJson(context)), approvalId: context.req.param('id') })
      return context.json(await api.call('approvals.decide', input))
    })
}
