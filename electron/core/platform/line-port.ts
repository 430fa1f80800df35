import type { Socket } from 'node:net'
import { FRAME_LIMIT_BYTES } from '../../../shared/channel.ts'
import type { FramePort } from '../../../shared/channel.ts'
import { decodeFrame, encodeFrame } from './encode-frame.ts'

/** What may wait in memory for a peer that does not read; then it is let go. */
const UNSENT_LIMIT_BYTES = 64 * 1024 * 1024
/** How long the last frames may take to leave after `close`, in ms. */
const CLOSE_MS = 1000
const NEWLINE = 10

/**
 * Frames over a byte stream: one JSON value to a line, at most FRAME_LIMIT_BYTES long. What breaks that ends the connection.
 * The listeners are set in the turn in which the port is made: nothing is kept for later ones.
 */
export function createLinePort(socket: Socket, { frameLimitBytes = FRAME_LIMIT_BYTES, unsentLimitBytes = UNSENT_LIMIT_BYTES } = {}): FramePort {
  let listener: ((frame: unknown) => void) | undefined
  let onClose: (() => void) | undefined
  let isClosed = false

  const takeChunk = createLineReader(frameLimitBytes, {
    onLine(line) {
      const frame = decodeFrame(line)
      // After what is no frame there is no place from which to read on.
      if (frame === undefined) socket.destroy()
      else if (!socket.destroyed) listener?.(frame)
    },
    onTooLong: () => socket.destroy(),
  })
  socket.on('data', takeChunk)
  socket.on('error', () => socket.destroy()) // 'close' follows and says all there is to say.
  socket.on('close', () => {
    isClosed = true
    onClose?.()
  })

  return {
    send(frame) {
      if (isClosed || !socket.writable) return
      socket.write(`${encodeFrame(frame, frameLimitBytes)}\n`)
      if (socket.writableLength > unsentLimitBytes) socket.destroy()
    },
    onFrame(next) {
      listener = next
    },
    onClose(next) {
      onClose = next
      if (isClosed) next()
    },
    close() {
      socket.end()
      setTimeout(() => socket.destroy(), CLOSE_MS).unref()
    },
  }
}

function createLineReader(limitBytes: number, { onLine, onTooLong }: { onLine(line: string): void; onTooLong(): void }): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let length = 0
  return (chunk) => {
    let rest = chunk
    for (let at = rest.indexOf(NEWLINE); at !== -1; at = rest.indexOf(NEWLINE)) {
      const tail = rest.subarray(0, at)
      rest = rest.subarray(at + 1)
      if (length + tail.length > limitBytes) return onTooLong()
      const line = parts.length > 0 ? Buffer.concat([...parts, tail]) : tail
      parts = []
      length = 0
      onLine(line.toString('utf8'))
    }
    if (rest.length === 0) return
    length += rest.length
    if (length > limitBytes) return onTooLong()
    parts.push(rest)
  }
}
