import PQueue from 'p-queue'

/** At most so many tool calls run in the whole app. */
const TOOLS_AT_ONCE = 10

export interface Lanes {
  /** Rejects with the signal's reason while it waits; once it runs, it is the work's to stop, and its end is awaited. */
  run<T>(lane: 'tools' | 'commands', signal: AbortSignal, work: () => Promise<T>): Promise<T>
  /** One write at a time in a workspace. */
  write<T>(root: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

export function createLanes({ maxConcurrentTools, maxConcurrentCommands }: { maxConcurrentTools: number; maxConcurrentCommands: number }): Lanes {
  const tools = new PQueue({ concurrency: Math.min(TOOLS_AT_ONCE, maxConcurrentTools) })
  const commands = new PQueue({ concurrency: maxConcurrentCommands })
  const writers = new Map<string, PQueue>()
  return {
    run: async (lane, signal, work) => through(lane === 'tools' ? tools : commands, signal, work),
    async write(root, signal, work) {
      let writer = writers.get(root)
      if (!writer) writers.set(root, (writer = new PQueue({ concurrency: 1 })))
      try {
        return await through(writer, signal, work)
      } finally {
        if (writer.size === 0 && writer.pending === 0) writers.delete(root)
      }
    },
  }
}

/** p-queue lets go of a task when its signal fires; a call that has begun is waited for until it has really stopped. */
export async function through<T>(queue: PQueue, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined
  try {
    return await queue.add(() => (begun = work()), { signal })
  } catch (error) {
    if (begun) return begun
    throw error
  }
}
