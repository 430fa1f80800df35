import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { RainyApi } from '../../../shared/api.ts'
import type { Clock } from '../platform/clock.ts'
import type { DataPaths } from '../platform/paths.ts'
import { serveChannel } from './channel-server.ts'
import { trackFollowers } from './followers.ts'
import { answerHello } from './hello.ts'
import type { HelloFacts } from './hello.ts'
import { createLinePort } from '../platform/line-port.ts'
import { parseOperation } from './parse-input.ts'
import { chooseSocketPath, forgetSocketPath } from '../platform/socket-path.ts'

const CLIENTS_LIMIT = 512

export interface LocalServer {
  readonly path: string
  clients(): number
  /** Resolves when no client depends on this process any more. */
  settled(): Promise<void>
  /** Takes no more clients, says goodbye to those there are, and removes the socket. */
  close(): Promise<void>
}

export interface ListenLocalOptions {
  paths: DataPaths
  api: RainyApi
  hello: HelloFacts
  clock?: Clock
}

/** The socket by which other commands of the same user attach. Only the owner may call this: whatever lies in its place is stale. */
export async function listenLocal({ paths, api, hello, clock }: ListenLocalOptions): Promise<LocalServer> {
  const path = chooseSocketPath(paths)
  const isFile = process.platform !== 'win32'
  if (isFile) rmSync(path, { force: true })
  const followers = trackFollowers(answering(api, hello), clock)
  const clients = new Set<Disposable>()
  const server = createServer((socket) => {
    const client = serveChannel({ api: followers.api, port: createLinePort(socket), ...(clock ? { clock } : {}), onEnd: () => void clients.delete(client) })
    clients.add(client)
  })
  server.maxConnections = CLIENTS_LIMIT
  server.listen(path)
  await once(server, 'listening')
  if (isFile) chmodSync(path, 0o600)
  return {
    path,
    clients: () => clients.size,
    settled: followers.settled,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const client of clients) client[Symbol.dispose]()
      await closed
      if (path !== paths.socket) forgetSocketPath(paths)
    },
  }
}

/** The greeting is the socket's own: it is about the two processes, not about the core. */
function answering(api: RainyApi, facts: HelloFacts): RainyApi {
  return {
    subscribe: api.subscribe,
    async call(name, input, options) {
      if (name !== 'client.hello') return await api.call(name, input, options)
      // The compiler does not see that the answer belongs to this very name.
      return answerHello(parseOperation('client.hello', input), facts) as Awaited<ReturnType<typeof api.call<typeof name>>>
    },
  }
}
