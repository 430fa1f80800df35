import { createConnection } from 'node:net'
import type { Socket } from 'node:net'
import { CHANNEL_VERSION } from '../../../shared/channel.ts'
import { ConnectionLostError, createChannelClient } from '../../../shared/channel-client.ts'
import type { ChannelClient } from '../../../shared/channel-client.ts'
import { RainyError } from '../../../shared/errors.ts'
import { createLinePort } from '../platform/line-port.ts'
import type { DataPaths } from '../platform/paths.ts'
import { findSocketPath } from '../platform/socket-path.ts'

export interface Attached {
  client: ChannelClient
  pid: number
  workspace: string
}

export interface AttachOptions {
  paths: DataPaths
  version: string
  keyNames: string[]
  /** How long an owner that has taken the connection may take to answer. */
  answerMs: number
}

/** Nobody listens, or whoever did has just died. */
export type NotAttached = 'nobody' | 'silent'

/** Attaches to the living owner through its socket. CONFIG_INVALID and ALREADY_RUNNING where the two do not go together. */
export async function attach({ paths, version, keyNames, answerMs }: AttachOptions): Promise<Attached | NotAttached> {
  const path = findSocketPath(paths)
  const socket = path === undefined ? undefined : await connect(path)
  if (!socket) return 'nobody'
  const client = createChannelClient(createLinePort(socket))
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), answerMs)
  try {
    const { workspace } = await client.call('client.hello', { keyNames, version }, { signal: timeout.signal })
    const { pid } = await client.ready
    return { client, pid, workspace }
  } catch (error) {
    client.close()
    if (timeout.signal.aborted) return 'silent'
    if (error instanceof ConnectionLostError) {
      const ready = await client.ready.catch(() => undefined)
      if (!ready && /speaks version/.test(error.message)) throw otherVersion(error)
      return 'nobody'
    }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function otherVersion(cause: ConnectionLostError): RainyError {
  return new RainyError('ALREADY_RUNNING', `The Rainy Brain that is running is another version (this one speaks version ${CHANNEL_VERSION} of the channel); end that one first.`, { cause })
}

async function connect(path: string): Promise<Socket | undefined> {
  return await new Promise((resolve) => {
    const socket = createConnection(path)
    const give = (result: Socket | undefined) => (): void => {
      socket.off('error', onError)
      resolve(result)
    }
    // ENOENT, ECONNREFUSED: nobody. EACCES is another user's; then the lock says the same more clearly.
    const onError = give(undefined)
    socket.once('error', onError)
    socket.once('connect', give(socket))
  })
}
