import type { Readable, Writable } from 'node:stream'

export type CdpParams = Record<string, unknown>
type Listener = (params: CdpParams, sessionId: string | undefined) => void

/** Chromium's own protocol over the pair of pipes it was started with: JSON, each message ended by a zero byte. */
export interface Cdp {
  send<Result = CdpParams>(method: string, params?: CdpParams, sessionId?: string): Promise<Result>
  on(method: string, listener: Listener): void
  readonly closed: Promise<void>
}

interface Message {
  id?: number
  method?: string
  params?: CdpParams
  sessionId?: string
  result?: CdpParams
  error?: { message: string }
}

export function connectCdp(write: Writable, read: Readable): Cdp {
  const pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  const listeners = new Map<string, Listener[]>()
  const closed = Promise.withResolvers<void>()
  let lastId = 0
  let rest = ''

  const take = (message: Message): void => {
    if (message.id !== undefined) {
      const call = pending.get(message.id)
      pending.delete(message.id)
      if (message.error) call?.reject(new Error(message.error.message))
      else call?.resolve(message.result as never)
    } else if (message.method !== undefined) {
      for (const listener of listeners.get(message.method) ?? []) listener(message.params ?? {}, message.sessionId)
    }
  }
  read.setEncoding('utf8')
  read.on('data', (text: string) => {
    const parts = (rest + text).split('\0')
    rest = parts.pop() ?? ''
    for (const part of parts) take(JSON.parse(part) as Message)
  })
  read.on('close', () => {
    for (const call of pending.values()) call.reject(new Error('the browser is gone'))
    pending.clear()
    closed.resolve()
  })
  write.on('error', () => undefined) // Its end is told by `close` of the other pipe.

  return {
    send(method, params = {}, sessionId) {
      lastId += 1
      const { promise, resolve, reject } = Promise.withResolvers<never>()
      pending.set(lastId, { resolve, reject })
      write.write(`${JSON.stringify({ id: lastId, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
      return promise
    },
    on: (method, listener) => void listeners.set(method, [...(listeners.get(method) ?? []), listener]),
    closed: closed.promise,
  }
}
