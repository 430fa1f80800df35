import { serveStatic } from '@hono/node-server/serve-static'
import type { MiddlewareHandler } from 'hono'
import { extname } from 'node:path'

/** Built files carry a hash of their content in their names; the page that names them does not. */
const HASHED = /\/assets\//

/** The app's built files. A path without an extension that is no file is a place within the app: it gets the page. */
export function staticFiles(dir: string): MiddlewareHandler {
  const file = serveStatic({
    root: dir,
    onFound: (path, context) => context.header('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
  })
  const page = serveStatic({ root: dir, path: 'index.html', onFound: (_, context) => context.header('Cache-Control', 'no-cache') })
  return async (context, next) => {
    const found = await file(context, async () => undefined)
    if (found) return found
    return extname(context.req.path) === '' ? await page(context, next) : await next()
  }
}
