import { z } from 'zod'
import { errorBodySchema } from './errors.ts'

/**
 * The frames of the one channel between a surface and the core: the same over a MessagePort, a WebSocket and the local
 * socket. JSON objects; on byte streams one to a line. `items` come in batches of at most 100 or 16 ms; a subscriber grants
 * `credit` batches ahead, so a slow one holds back its own stream alone.
 */
export const CHANNEL_VERSION = 1
export const BATCH_ITEMS = 100
export const BATCH_MS = 16
export const CREDIT_BATCHES = 32
export const FRAME_LIMIT_BYTES = 32 * 1024 * 1024

export const clientFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), version: z.int() }),
  z.object({ t: z.literal('call'), id: z.int(), op: z.string(), input: z.unknown() }),
  z.object({ t: z.literal('abort'), id: z.int() }),
  z.object({ t: z.literal('subscribe'), id: z.int(), stream: z.string(), input: z.unknown() }),
  z.object({ t: z.literal('unsubscribe'), id: z.int() }),
  z.object({ t: z.literal('credit'), id: z.int(), batches: z.int().min(1).max(1000) }),
  z.object({ t: z.literal('bye') }),
])
export type ClientFrame = z.infer<typeof clientFrameSchema>

export const serverFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), version: z.int(), pid: z.int() }),
  z.object({ t: z.literal('result'), id: z.int(), value: z.unknown() }),
  z.object({ t: z.literal('error'), id: z.int(), error: errorBodySchema }),
  z.object({ t: z.literal('items'), id: z.int(), seq: z.int(), items: z.array(z.unknown()) }),
  z.object({ t: z.literal('end'), id: z.int() }),
  z.object({ t: z.literal('bye'), reason: z.string() }),
])
export type ServerFrame = z.infer<typeof serverFrameSchema>

/** One end of a two-way pipe of frames, whatever carries them. */
export interface FramePort {
  send(frame: ClientFrame | ServerFrame): void
  onFrame(listener: (frame: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}
