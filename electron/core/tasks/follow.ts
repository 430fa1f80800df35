import type { RainyError } from '../../../shared/errors.ts'
import type { ProgressEvent } from '../../../shared/progress.ts'
import type { ProgressStore } from '../store/progress-store.ts'

const PAGE_EVENTS = 500

/** A task's events after `after`, as far as they are stored. */
export function* storedEvents(progress: ProgressStore, taskId: string, after: number): Generator<ProgressEvent> {
  for (let seq = after, page = progress.read(taskId, seq, PAGE_EVENTS); page.length > 0; page = progress.read(taskId, seq, PAGE_EVENTS)) {
    yield* page
    seq = page.at(-1)?.seq ?? seq
  }
}

/**
 * A task's events after `after`: what is stored, then what is stored next, without gap or repeat. Ends when `signal` aborts; throws
 * DISK_FULL when nothing more can be stored, since then nothing more can be told.
 */
export async function* followTask(progress: ProgressStore, taskId: string, after: number, signal: AbortSignal): AsyncGenerator<ProgressEvent> {
  let seq = after
  let wake: () => void = () => undefined
  let news = false
  let full: RainyError | undefined
  using _watching = progress.onFull((error) => {
    full = error
    wake()
  })
  using _listening = progress.onAppended((event) => {
    if (event.taskId !== taskId) return
    news = true
    wake()
  })
  const aborted = (): void => wake()
  signal.addEventListener('abort', aborted)
  try {
    while (!signal.aborted) {
      news = false
      const page = progress.read(taskId, seq, PAGE_EVENTS)
      for (const event of page) {
        seq = event.seq
        yield event
        if (signal.aborted) return
      }
      // The flag is read and the waiting begun in one go: what is stored in between is not missed.
      if (full && page.length === 0) throw full
      if (page.length === 0 && !news) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}

/** What a listener is told, as a stream. What comes while the reader is busy waits in line, the newest of each key. */
export async function* tail<Item>(subscribe: (push: (key: string, item: () => Item) => void) => Disposable, signal: AbortSignal): AsyncGenerator<Item> {
  const waiting = new Map<string, () => Item>()
  let wake: () => void = () => undefined
  using _subscription = subscribe((key, item) => {
    waiting.set(key, item)
    wake()
  })
  const aborted = (): void => wake()
  signal.addEventListener('abort', aborted)
  try {
    while (!signal.aborted) {
      for (const [key, item] of waiting) {
        waiting.delete(key)
        yield item()
      }
      if (waiting.size === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}
