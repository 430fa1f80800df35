import type { MiddlewareHandler } from 'hono'

/** On every answer. Scripts come from our own files alone; xterm and CodeMirror make style elements, so styles may be inline. */
export function securityHeaders(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const csp = [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src 'self' ws://127.0.0.1:${port()} ws://localhost:${port()}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]
    const headers = context.res.headers
    headers.set('Content-Security-Policy', csp.join('; '))
    headers.set('X-Content-Type-Options', 'nosniff')
    headers.set('X-Frame-Options', 'DENY')
    headers.set('Referrer-Policy', 'no-referrer')
    headers.set('Cross-Origin-Opener-Policy', 'same-origin')
    headers.set('Cross-Origin-Resource-Policy', 'same-origin')
    headers.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  }
}
