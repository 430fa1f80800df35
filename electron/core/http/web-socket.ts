import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { RainyApi } from '../../../shared/api.ts'
import { FRAME_LIMIT_BYTES } from '../../../shared/channel.ts'
import type { FramePort } from '../../../shared/channel.ts'
import { ERROR_TABLE, RainyError, toErrorBody } from '../../../shared/errors.ts'
import { decodeFrame, encodeFrame } from '../platform/encode-frame.ts'
import type { Admission } from './admission.ts'
import { serveChannel } from './channel-server.ts'
import { checkHostAndOrigin } from './origin.ts'

const CHANNEL_PATH = '/api/brain/channel'
/** What may wait in memory for a page that does not read; then it is let go. */
const UNSENT_LIMIT_BYTES = 64 * 1024 * 1024
/** How long the last frames may take to leave after `close`, in ms. */
const CLOSE_MS = 1000

export interface ChannelSockets {
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** The channel over WebSockets. Nothing is upgraded before host, origin and ticket are right. */
export function createChannelSockets({ api, admission, port }: { api: RainyApi; admission: Admission; port(): number }): ChannelSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_LIMIT_BYTES,
    perMessageDeflate: false,
    // The one that was offered and good; `upgrade` has left no other.
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  })
  const channels = new Set<Disposable>()

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    try {
      checkHostAndOrigin({ host: request.headers.host, origin: request.headers.origin, port: port() })
      if (request.url !== CHANNEL_PATH) throw new RainyError('NOT_FOUND', 'There is no WebSocket at this address.')
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
      request.headers['sec-websocket-protocol'] = admission.redeemTicket(offered)
    } catch (error) {
      refuse(socket, error)
      return
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const channel = serveChannel({ api, port: createWebSocketPort(webSocket), onEnd: () => void channels.delete(channel) })
      channels.add(channel)
    })
  }

  return {
    upgrade,
    close() {
      for (const channel of channels) channel[Symbol.dispose]()
      server.close()
    },
  }
}

/** One frame a message, as JSON text. What is no frame ends the connection. */
function createWebSocketPort(socket: WebSocket): FramePort {
  // ws closes the connection itself after an error; 'close' tells of it.
  socket.on('error', () => socket.terminate())
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return
      socket.send(encodeFrame(frame))
      if (socket.bufferedAmount > UNSENT_LIMIT_BYTES) socket.terminate()
    },
    onFrame(listener) {
      socket.on('message', (data, isBinary) => {
        const frame = isBinary ? undefined : decodeFrame(String(data))
        if (frame === undefined) socket.close(1007)
        else listener(frame)
      })
    },
    onClose: (listener) => void socket.on('close', listener),
    close() {
      socket.close(1000)
      setTimeout(() => socket.terminate(), CLOSE_MS).unref()
    },
  }
}

function refuse(socket: Duplex, error: unknown): void {
  socket.end(rawErrorResponse(error))
}

/** An error for a connection that no request handler stands behind. */
export function rawErrorResponse(error: unknown): string {
  const body = toErrorBody(error)
  const json = JSON.stringify({ error: body })
  return [
    `HTTP/1.1 ${ERROR_TABLE[body.code].http} ${body.code}`,
    'Connection: close',
    'Content-Type: application/json',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${Buffer.byteLength(json)}`,
    '',
    json,
  ].join('\r\n')
}
