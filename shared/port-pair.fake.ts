import type { FramePort } from './channel.ts'

/** Two ends of a pipe in memory: frames arrive in order, a turn later, as their JSON would. */
export function createPortPair(): [FramePort, FramePort] {
  let isClosed = false
  const closers: Array<() => void> = []
  const listeners: Array<((frame: unknown) => void) | undefined> = [undefined, undefined]
  const end = (own: 0 | 1): FramePort => ({
    send(frame) {
      const line = JSON.stringify(frame)
      queueMicrotask(() => !isClosed && listeners[1 - own]?.(JSON.parse(line)))
    },
    onFrame(listener) {
      listeners[own] = listener
    },
    onClose(listener) {
      closers.push(listener)
    },
    close() {
      // After what was sent before it.
      queueMicrotask(() => {
        if (isClosed) return
        isClosed = true
        for (const close of closers) close()
      })
    },
  })
  return [end(0), end(1)]
}
