import type { OperationInput, OperationName, OperationOutput, RainyApi, StreamInput, StreamItem, StreamName } from './api.ts'
import { CHANNEL_VERSION, CREDIT_BATCHES, serverFrameSchema } from './channel.ts'
import type { FramePort, ServerFrame } from './channel.ts'
import { RainyError, fromErrorBody } from './errors.ts'

/** A subscriber gives back what it has used up when half of what it granted is gone: the other end never runs dry. */
const CREDIT_STEP = CREDIT_BATCHES / 2

/** The other end is gone: it died, left, or could not be understood. What was asked may or may not have been done. */
export class ConnectionLostError extends RainyError {
  /** The other end said goodbye in order, so what it left unanswered it has not begun. */
  readonly notBegun: boolean

  constructor(reason: string, notBegun: boolean) {
    super('INTERNAL', `The connection to the running Rainy Brain was lost (${reason}); try again.`)
    this.name = 'ConnectionLostError'
    this.notBegun = notBegun
  }
}

export interface ChannelClient extends RainyApi {
  /** The owner's answer to our greeting. Rejects with ConnectionLostError, whose message has the reason. */
  readonly ready: Promise<{ pid: number; version: number }>
  /** Says goodbye; all that is pending rejects. */
  close(): void
  /** When the connection has ended, whoever ended it. Never rejects. */
  readonly closed: Promise<void>
}

interface PendingCall {
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface OpenStream {
  nextSeq: number
  batches: unknown[][]
  ended: { error?: unknown } | undefined
  wake(): void
}

/** The core at the other end of a pipe of frames. Frames are checked; the values in them are those of a core of the same version. */
export function createChannelClient(port: FramePort): ChannelClient {
  const calls = new Map<number, PendingCall>()
  const streams = new Map<number, OpenStream>()
  const ready = Promise.withResolvers<{ pid: number; version: number }>()
  const closed = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined) // Whoever does not ask is told by its calls.
  let lastId = 0
  let lost: ConnectionLostError | undefined

  function end(error: ConnectionLostError): void {
    if (lost) return
    lost = error
    ready.reject(error)
    for (const call of calls.values()) call.reject(error)
    for (const stream of streams.values()) {
      stream.ended ??= { error }
      stream.wake()
    }
    calls.clear()
    streams.clear()
    port.close()
    closed.resolve()
  }

  function take(frame: ServerFrame): void {
    switch (frame.t) {
      case 'hello':
        ready.resolve({ pid: frame.pid, version: frame.version })
        return
      case 'result':
        calls.get(frame.id)?.resolve(frame.value)
        calls.delete(frame.id)
        return
      case 'error':
        calls.get(frame.id)?.reject(fromErrorBody(frame.error))
        calls.delete(frame.id)
        endStream(frame.id, { error: fromErrorBody(frame.error) })
        return
      case 'items':
        takeItems(frame.id, frame.seq, frame.items)
        return
      case 'end':
        endStream(frame.id, {})
        return
      case 'bye':
        end(new ConnectionLostError(frame.reason, true))
        return
      default:
        frame satisfies never
    }
  }

  function takeItems(id: number, seq: number, items: unknown[]): void {
    const stream = streams.get(id)
    if (!stream) return
    if (seq !== stream.nextSeq) {
      end(new ConnectionLostError('a batch is missing', false))
      return
    }
    stream.nextSeq += 1
    stream.batches.push(items)
    stream.wake()
  }

  function endStream(id: number, how: { error?: unknown }): void {
    const stream = streams.get(id)
    if (!stream) return
    streams.delete(id)
    stream.ended ??= how
    stream.wake()
  }

  port.onFrame((raw) => {
    const frame = serverFrameSchema.safeParse(raw)
    if (frame.success) take(frame.data)
    else end(new ConnectionLostError('a frame that is none', false))
  })
  port.onClose(() => end(new ConnectionLostError('closed', false)))
  port.send({ t: 'hello', version: CHANNEL_VERSION })

  async function call<Name extends OperationName>(name: Name, input: OperationInput<Name>, { signal }: { signal?: AbortSignal } = {}): Promise<OperationOutput<Name>> {
    signal?.throwIfAborted()
    if (lost) throw lost
    const id = (lastId += 1)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    calls.set(id, { resolve, reject })
    const abort = (): void => {
      if (!calls.delete(id)) return
      port.send({ t: 'abort', id })
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    try {
      port.send({ t: 'call', id, op: name, input })
      // The operation's own answer: the other end is a core of the same version.
      return (await promise) as OperationOutput<Name>
    } finally {
      calls.delete(id)
      signal?.removeEventListener('abort', abort)
    }
  }

  async function* subscribe<Name extends StreamName>(name: Name, input: StreamInput<Name>, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<StreamItem<Name>, void> {
    if (signal?.aborted) return
    if (lost) throw lost
    const id = (lastId += 1)
    let wake = Promise.withResolvers<void>()
    const stream: OpenStream = { nextSeq: 1, batches: [], ended: undefined, wake: () => wake.resolve() }
    const abort = (): void => {
      stream.ended = {}
      stream.batches = []
      stream.wake()
    }
    streams.set(id, stream)
    signal?.addEventListener('abort', abort, { once: true })
    let used = 0
    try {
      port.send({ t: 'subscribe', id, stream: name, input })
      for (;;) {
        const batch = stream.batches.shift()
        if (batch) {
          for (const item of batch) {
            if (signal?.aborted) return
            yield item as StreamItem<Name>
          }
          used += 1
          if (used === CREDIT_STEP && !stream.ended) {
            port.send({ t: 'credit', id, batches: used })
            used = 0
          }
        } else if (stream.ended) {
          if ('error' in stream.ended) throw stream.ended.error
          return
        } else {
          await wake.promise
          wake = Promise.withResolvers()
        }
      }
    } finally {
      signal?.removeEventListener('abort', abort)
      if (streams.delete(id)) port.send({ t: 'unsubscribe', id })
    }
  }

  return {
    call,
    subscribe,
    ready: ready.promise,
    closed: closed.promise,
    close() {
      if (lost) return
      port.send({ t: 'bye' })
      end(new ConnectionLostError('closed by this side', true))
    },
  }
}
