import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { RainyApi } from '../../../shared/api.ts'
import { RainyError } from '../../../shared/errors.ts'
import { systemClock } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { silentLog } from '../platform/log.ts'
import type { Log } from '../platform/log.ts'
import { createAdmission } from './admission.ts'
import { createApp } from './app.ts'
import { createChannelSockets, rawErrorResponse } from './web-socket.ts'

const CONNECTIONS_LIMIT = 256
/** Above the limit this many are still told why; the rest are closed without a word. */
const REFUSALS_LIMIT = 256
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
const CHECK_CONNECTIONS_MS = 2000
const HEADERS_LIMIT_BYTES = 16 * 1024

export interface ServeHttpOptions {
  api: RainyApi
  /** 0: a free one. */
  port: number
  version: string
  /** Where a task goes that names no folder. */
  workspace: string
  /** The app's built files; without it the HTTP API alone is served. */
  uiDir?: string
  log?: Log
  clock?: Clock
}

export interface HttpFace {
  readonly url: string
  readonly token: string
  readonly port: number
  /** The app's address with a code that a browser exchanges for the token, once. */
  readonly appUrl?: string
  /** Another such address. */
  newAppUrl(): string
  close(): Promise<void>
}

/** The HTTP face on a loopback port. Import this file lazily: it brings Hono and ws with it. PORT_IN_USE where the port is taken. */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpFace> {
  const { api, version, workspace, uiDir, log = silentLog, clock = systemClock } = options
  let port = options.port
  const admission = createAdmission(clock)
  const app = createApp({ api, admission, port: () => port, version, workspace, ...(uiDir === undefined ? {} : { uiDir }), log })
  const sockets = createChannelSockets({ api, admission, port: () => port })
  // With `createServer` of node:http it is this kind of server.
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: { maxHeaderSize: HEADERS_LIMIT_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CHECK_CONNECTIONS_MS },
  }) as Server
  server.on('upgrade', sockets.upgrade)
  limitConnections(server)
  port = await listen(server, options.port)
  const url = `http://127.0.0.1:${port}`
  const newAppUrl = (): string => `${url}/#code=${admission.issueCode()}`
  return {
    url,
    token: admission.token,
    port,
    ...(uiDir === undefined ? {} : { appUrl: newAppUrl() }),
    newAppUrl,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sockets.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new RainyError('PORT_IN_USE', `Port ${port} is taken; give another with --port, or none for a free one.`, { cause: error, details: { port } })
    if (code === 'EACCES') throw new RainyError('PORT_IN_USE', `Port ${port} may not be used; give another with --port, or none for a free one.`, { cause: error, details: { port } })
    throw error
  }
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : port
}

function limitConnections(server: Server): void {
  const open = new Set<Socket>()
  server.maxConnections = CONNECTIONS_LIMIT + REFUSALS_LIMIT
  server.on('connection', (socket: Socket) => {
    if (open.size >= CONNECTIONS_LIMIT) {
      socket.on('error', () => socket.destroy())
      socket.end(rawErrorResponse(new RainyError('TOO_MANY_CONNECTIONS', `At most ${CONNECTIONS_LIMIT} connections at once; close some and try again.`)))
      socket.destroySoon()
      return
    }
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
}
