import type { ProgressBody } from '../../../shared/progress.ts'
import type { Clock } from '../platform/clock.ts'

const JOIN_MS = 30

type Streamed = Extract<ProgressBody, { type: 'token' } | { type: 'output' }>

/** Joins a stream's small pieces, so that a fast one costs a row every 30 ms and not one a piece. */
export function createTokenBuffer(clock: Clock, emit: (body: Streamed) => void): { push(body: Streamed): void; flush(): void } {
  let pending: Streamed | undefined
  let timer: Disposable | undefined
  const flush = (): void => {
    timer?.[Symbol.dispose]()
    timer = undefined
    if (pending) emit(pending)
    pending = undefined
  }
  return {
    push(body) {
      if (pending && continues(pending, body)) pending = { ...pending, text: pending.text + body.text }
      else {
        flush()
        pending = body
      }
      timer ??= clock.after(JOIN_MS, flush)
    },
    flush,
  }
}

function continues(before: Streamed, after: Streamed): boolean {
  if (before.type === 'token') return after.type === 'token' && before.messageId === after.messageId && before.attempt === after.attempt
  return after.type === 'output' && before.callId === after.callId
}
