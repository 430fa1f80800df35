import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { RainyApi } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Admission } from './admission.ts'
import { errorResponse } from './error-response.ts'
import { checkHostAndOrigin } from './origin.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { sessionRoutes } from './routes/session.ts'
import { taskRoutes } from './routes/tasks.ts'
import { toolRoutes } from './routes/tools.ts'
import { securityHeaders } from './security-headers.ts'
import { staticFiles } from './static-files.ts'

/** A task's text may have a million characters, a file written by a tool more. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024
const OPEN_ROUTE = '/api/brain/session'

export interface AppOptions {
  api: RainyApi
  admission: Admission
  /** Known only once the server listens. */
  port(): number
  version: string
  /** Where a task goes that names no folder. */
  workspace: string
  uiDir?: string
  log: Log
}

/** Every request in order: where it was addressed to and from, who it is, how large, then its route. */
export function createApp(options: AppOptions): Hono {
  const { api, admission, port, version, workspace, uiDir, log } = options
  const app = new Hono()
  app.use(securityHeaders(port))
  app.use(async (context, next) => {
    checkHostAndOrigin({ host: context.req.header('host'), origin: context.req.header('origin'), port: port() })
    await next()
  })
  app.use('/api/*', async (context, next) => {
    if (!(context.req.path === OPEN_ROUTE && context.req.method === 'POST')) admission.checkBearer(context.req.header('authorization'))
    await next()
  })
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT_BYTES,
      onError: () => {
        throw new RainyError('BODY_TOO_LARGE', `A body may have at most ${BODY_LIMIT_BYTES} bytes.`)
      },
    }),
  )
  app.route('/api/brain', sessionRoutes(admission, version))
  app.route('/api/brain', taskRoutes(api, workspace))
  app.route('/api/brain', approvalRoutes(api))
  app.route('/api/brain', toolRoutes(api, workspace))
  app.all('/api/*', noRoute)
  if (uiDir !== undefined) app.get('*', staticFiles(uiDir))
  app.notFound(noRoute)
  app.onError((error, context) => {
    const { body, status } = errorResponse(error)
    if (body.error.code === 'INTERNAL') log.error('a request failed', { path: context.req.path, error: error.stack ?? String(error) })
    return context.json(body, status)
  })
  return app
}

function noRoute(): never {
  throw new RainyError('NOT_FOUND', 'There is nothing at this address; the API stands under /api/brain.')
}
