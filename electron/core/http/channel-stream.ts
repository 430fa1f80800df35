import { BATCH_ITEMS, BATCH_MS, CREDIT_BATCHES } from '../../../shared/channel.ts'
import type { Clock } from '../platform/clock.ts'

export interface ChannelStream {
  /** The subscriber can take this many batches more. */
  grant(batches: number): void
  /** Ends it without another word but what was about to be sent. */
  stop(): void
}

export interface ChannelStreamOptions {
  open(signal: AbortSignal): AsyncIterable<unknown>
  send(seq: number, items: unknown[]): void
  /** The source has ended, or failed, and all it gave has been sent. Not called after `stop`. */
  onEnd(error?: unknown): void
  clock: Clock
}

/** What a client may grant in advance, so that a wild one cannot undo the bound. */
const CREDIT_LIMIT = 1000

/**
 * One subscription's way to its client. Items go in batches: full ones at once, others BATCH_MS after the batch before, so
 * a lone item does not wait. Without credit nothing more is taken from the source: at most BATCH_ITEMS are held.
 */
export function openChannelStream({ open, send, onEnd, clock }: ChannelStreamOptions): ChannelStream {
  const controller = new AbortController()
  const { signal } = controller
  let held: unknown[] = []
  let credit = CREDIT_BATCHES
  let seq = 0
  let lastSentAt = 0
  let timer: Disposable | undefined
  let granted = Promise.withResolvers<void>()

  function sendHeld(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    if (held.length === 0 || credit === 0 || signal.aborted) return
    const items = held
    held = []
    sendFitting(items)
    lastSentAt = clock.now()
  }

  /** Too much for one frame goes in two; a single item that is too much fails the stream. */
  function sendFitting(items: unknown[]): void {
    try {
      send(seq + 1, items)
      seq += 1
      credit = Math.max(0, credit - 1)
    } catch (error) {
      if (items.length === 1) throw error
      const half = items.length >> 1
      sendFitting(items.slice(0, half))
      sendFitting(items.slice(half))
    }
  }

  async function sendAll(): Promise<void> {
    sendHeld()
    while (held.length > 0 && !signal.aborted) {
      await granted.promise
      granted = Promise.withResolvers()
      sendHeld()
    }
  }

  function sendSoon(): void {
    if (timer || credit === 0) return
    timer = clock.after(Math.max(0, lastSentAt + BATCH_MS - clock.now()), () => {
      timer = undefined
      try {
        sendHeld()
      } catch (error) {
        finish(error)
      }
    })
  }

  function finish(error?: unknown): void {
    if (signal.aborted) return
    stop()
    onEnd(error)
  }

  function stop(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    held = []
    controller.abort()
    granted.resolve()
  }

  async function run(): Promise<void> {
    try {
      for await (const item of open(signal)) {
        if (signal.aborted) return
        held.push(item)
        if (held.length >= BATCH_ITEMS) await sendAll()
        else sendSoon()
      }
      await sendAll()
      finish()
    } catch (error) {
      await sendAll().catch(() => undefined) // What failed it counts, not that the rest could not follow.
      finish(error)
    }
  }

  // Begun in a turn of its own: whoever opened it has then noted it.
  queueMicrotask(() => void run())
  return {
    grant(batches) {
      credit = Math.min(CREDIT_LIMIT, credit + batches)
      if (held.length > 0) sendSoon()
      granted.resolve()
    },
    stop() {
      try {
        sendHeld()
      } catch {
        // Too large for a frame. The subscriber has what came before, and knows by its number what it lacks.
      }
      stop()
    },
  }
}
