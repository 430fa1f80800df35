import { RainyError } from '../../shared/errors.ts'
import type { FramePort } from '../../shared/channel.ts'

/** Frames over a MessagePort, as they are. A port has no reliable sign of its peer's end: the `bye` frame is that. */
export function messagePortFrames(port: MessagePort): FramePort {
  const closed = new Set<() => void>()
  let open = true
  const end = (): void => {
    if (!open) return
    open = false
    for (const listener of closed) listener()
  }
  port.addEventListener('close', end)
  return {
    send(frame) {
      if (open) port.postMessage(frame)
    },
    onFrame(listener) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data))
      port.start()
    },
    onClose: (listener) => void closed.add(listener),
    close() {
      port.close()
      end()
    },
  }
}

/** Frames over a WebSocket, one JSON text each. */
export function webSocketFrames(socket: WebSocket): FramePort {
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    },
    onFrame(listener) {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => listener(parseFrame(event.data)))
    },
    onClose: (listener) => socket.addEventListener('close', () => listener()),
    close: () => socket.close(),
  }
}

/** What is no JSON goes on as it is: the client refuses it as a frame that is none. */
function parseFrame(data: unknown): unknown {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

export function openedSocket(socket: WebSocket, signal: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new RainyError('INTERNAL', 'The core closed the connection before it was open.'))
    socket.addEventListener('open', () => resolve(socket), { once: true })
    socket.addEventListener('close', fail, { once: true })
    signal.addEventListener('abort', () => {
      socket.close()
      reject(signal.reason)
    }, { once: true })
  })
}
