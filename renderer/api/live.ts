import type { StreamInput, StreamItem, StreamName } from '../../shared/api.ts'
import { FIRST_DELAY_MS, LONGEST_DELAY_MS, sleepMs } from './connection.ts'
import type { Connection, Sleep } from './connection.ts'

/** One draw of the window takes in all that came since the last. */
export const FLUSH_MS = 16
/** What has come and not been taken in yet; beyond it a flush does not wait. */
export const BUFFER_ITEMS = 5000

interface Live<Name extends StreamName> {
  name: Name
  /** Asked anew for each attempt: a follow goes on from the last event it has. */
  input: () => StreamInput<Name>
  onItems: (items: StreamItem<Name>[]) => void
  /** An error that trying again does not mend. */
  onFailure: (error: unknown) => void
}

/** Follows a stream across every loss of the connection, until `signal` aborts or the stream ends by itself. */
export async function followLive<Name extends StreamName>(connection: Connection, live: Live<Name>, signal: AbortSignal, sleep: Sleep = sleepMs): Promise<void> {
  let delay = FIRST_DELAY_MS
  while (!signal.aborted) {
    const buffer = createBuffer(live.onItems)
    try {
      const api = await connection.api(signal)
      for await (const item of api.subscribe(live.name, live.input(), { signal })) {
        delay = FIRST_DELAY_MS
        buffer.push(item)
      }
      buffer.flush()
      return
    } catch (error) {
      buffer.flush()
      if (signal.aborted) return
      if (isFinal(error)) {
        live.onFailure(error)
        return
      }
      await sleep(delay, signal)
      delay = Math.min(LONGEST_DELAY_MS, delay * 2)
    }
  }
}

/** Only what says that the thing itself is not there is final: a lost connection has the code INTERNAL and is tried again. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code !== 'INTERNAL'
}

function createBuffer<Item>(onItems: (items: Item[]) => void): { push(item: Item): void; flush(): void } {
  let items: Item[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (items.length === 0) return
    const full = items
    items = []
    onItems(full)
  }
  return {
    push(item) {
      items.push(item)
      if (items.length >= BUFFER_ITEMS) flush()
      else timer ??= setTimeout(flush, FLUSH_MS)
    },
    flush,
  }
}
