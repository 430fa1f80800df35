import { Hono } from 'hono'
import { RainyError } from '../../../../shared/errors.ts'
import type { Admission } from '../admission.ts'
import { readJson } from '../read-json.ts'

export function sessionRoutes(admission: Admission, version: string): Hono {
  return new Hono()
    .post('/session', async (context) => {
      const { code } = await readJson(context)
      if (typeof code !== 'string') throw new RainyError('BAD_REQUEST', 'code: the one-use code from the printed address', { details: { path: 'code' } })
      return context.json({ token: admission.redeemCode(code) })
    })
    .post('/ws-ticket', (context) => context.json({ ticket: admission.issueTicket() }))
    .get('/health', (context) => context.json({ ok: true, version, pid: process.pid }))
}
