import { protocol } from 'electron'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

export const SCHEME = 'app'
export const APP_ORIGIN = `${SCHEME}://rainy`
export const APP_PAGE = `${APP_ORIGIN}/index.html`

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

// xterm writes its own style elements, hence 'unsafe-inline' for styles; scripts come from our own files alone.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Must stand before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }])
}

/** Serves the built renderer, and nothing else of the disk, under a scheme of its own. */
export function serveRenderer(root: string): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url)
    const path = fileOf(root, url)
    if (path === undefined || request.method !== 'GET') return answer(404)
    try {
      return answer(200, await readFile(path), TYPES[extname(path)] ?? 'application/octet-stream')
    } catch {
      // Not there: the page asked for a file that was not built.
      return answer(404)
    }
  })
}

/** The file that an address names; undefined where it would lie outside `root`. */
export function fileOf(root: string, url: URL): string | undefined {
  if (`${url.protocol}//${url.host}` !== APP_ORIGIN) return undefined
  const path = normalize(join(root, decoded(url.pathname)))
  return path.startsWith(root.endsWith(sep) ? root : root + sep) ? path : undefined
}

/** What is not encoded as it should be names a file that is not there. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

function answer(status: number, body: Uint8Array<ArrayBuffer> | null = null, type = 'text/plain'): Response {
  return new Response(body, { status, headers: { 'content-type': type, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' } })
}
