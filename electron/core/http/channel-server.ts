import type { RainyApi } from '../../../shared/api.ts'
import { CHANNEL_VERSION, clientFrameSchema } from '../../../shared/channel.ts'
import type { ClientFrame, FramePort, ServerFrame } from '../../../shared/channel.ts'
import { RainyError, toErrorBody } from '../../../shared/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { systemClock } from '../platform/clock.ts'
import { openChannelStream } from './channel-stream.ts'
import type { ChannelStream } from './channel-stream.ts'
import { isOperationName, isStreamName, parseOperation, parseStream } from './parse-input.ts'

const CALLS_LIMIT = 256
const STREAMS_LIMIT = 256

export interface ServeChannelOptions {
  api: RainyApi
  port: FramePort
  clock?: Clock
  /** The connection has ended and nothing of it runs any more. */
  onEnd?(): void
}

/**
 * One client of the core. Invariants:
 * 1. Whatever a client sends, only its own connection suffers.
 * 2. When the connection ends, its calls and streams are aborted.
 * 3. After `bye` nothing that arrives is begun.
 */
export function serveChannel({ api, port, clock = systemClock, onEnd }: ServeChannelOptions): Disposable {
  const calls = new Map<number, AbortController>()
  const streams = new Map<number, ChannelStream>()
  let greeted = false
  let isEnded = false

  function send(frame: ServerFrame): void {
    if (!isEnded) port.send(frame)
  }

  function end(reason: string): void {
    if (isEnded) return
    for (const call of calls.values()) call.abort(new RainyError('CANCELLED', 'The client is gone.'))
    for (const stream of streams.values()) stream.stop()
    for (const id of calls.keys()) send({ t: 'error', id, error: { code: 'CANCELLED', message: `Not finished: ${reason}.` } })
    send({ t: 'bye', reason })
    isEnded = true
    port.close()
    onEnd?.()
  }

  function take(frame: ClientFrame): void {
    if (!greeted && frame.t !== 'hello') return end('hello comes first')
    switch (frame.t) {
      case 'hello':
        if (frame.version !== CHANNEL_VERSION) return end(`speaks version ${CHANNEL_VERSION} of the channel, not ${frame.version}`)
        greeted = true
        return send({ t: 'hello', version: CHANNEL_VERSION, pid: process.pid })
      case 'call':
        return void answer(frame.id, frame.op, frame.input)
      case 'abort':
        return calls.get(frame.id)?.abort(new RainyError('CANCELLED', 'Cancelled by the client.'))
      case 'subscribe':
        return subscribe(frame.id, frame.stream, frame.input)
      case 'unsubscribe':
        streams.get(frame.id)?.stop()
        return void streams.delete(frame.id)
      case 'credit':
        return streams.get(frame.id)?.grant(frame.batches)
      case 'bye':
        return end('goodbye')
      default:
        frame satisfies never
    }
  }

  async function answer(id: number, op: string, input: unknown): Promise<void> {
    if (calls.has(id) || streams.has(id)) return end(`id ${id} is in use`)
    const controller = new AbortController()
    try {
      if (calls.size >= CALLS_LIMIT) throw new RainyError('TOO_MANY_CONNECTIONS', `At most ${CALLS_LIMIT} calls at once on one connection; wait for an answer.`)
      if (!isOperationName(op)) throw new RainyError('BAD_REQUEST', `There is no operation ${JSON.stringify(op)}.`, { details: { path: 'op' } })
      const parsed = parseOperation(op, input)
      calls.set(id, controller)
      const value = await api.call(op, parsed, { signal: controller.signal })
      reply(id, { t: 'result', id, value })
    } catch (error) {
      reply(id, { t: 'error', id, error: toErrorBody(error) })
    } finally {
      if (calls.get(id) === controller) calls.delete(id)
    }
  }

  /** A value that cannot be sent (too large, not JSON) is the caller's error, not the connection's end. */
  function reply(id: number, frame: ServerFrame): void {
    try {
      send(frame)
    } catch (error) {
      send({ t: 'error', id, error: toErrorBody(error) })
    }
  }

  function subscribe(id: number, name: string, input: unknown): void {
    if (calls.has(id) || streams.has(id)) return end(`id ${id} is in use`)
    try {
      if (streams.size >= STREAMS_LIMIT) throw new RainyError('TOO_MANY_CONNECTIONS', `At most ${STREAMS_LIMIT} streams at once on one connection; end one first.`)
      if (!isStreamName(name)) throw new RainyError('BAD_REQUEST', `There is no stream ${JSON.stringify(name)}.`, { details: { path: 'stream' } })
      const parsed = parseStream(name, input)
      const stream = openChannelStream({
        open: (signal) => api.subscribe(name, parsed, { signal }),
        send: (seq, items) => send({ t: 'items', id, seq, items }),
        onEnd(error) {
          if (streams.get(id) !== stream) return
          streams.delete(id)
          send(error === undefined ? { t: 'end', id } : { t: 'error', id, error: toErrorBody(error) })
        },
        clock,
      })
      streams.set(id, stream)
    } catch (error) {
      send({ t: 'error', id, error: toErrorBody(error) })
    }
  }

  port.onFrame((raw) => {
    if (isEnded) return
    const frame = clientFrameSchema.safeParse(raw)
    if (frame.success) take(frame.data)
    else end(`not a frame: ${frame.error.issues[0]?.path.join('.') ?? ''}`)
  })
  port.onClose(() => end('closed'))
  return { [Symbol.dispose]: () => end('this Rainy Brain is leaving') }
}
