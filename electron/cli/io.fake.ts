import type { TerminalIo } from './io.ts'

export interface FakeIo extends TerminalIo {
  readonly stdout: string
  readonly stderr: string
  interrupt(): void
}

/** `typed` are the lines a person answers with, in order. */
export function createFakeIo(options: { interactive?: boolean; live?: boolean; colors?: boolean; columns?: number; piped?: string; typed?: string[] } = {}): FakeIo {
  let stdout = ''
  let stderr = ''
  let now = 1_699_999_900_000
  const typed = [...(options.typed ?? [])]
  const listeners = new Set<() => void>()
  return {
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    interactive: options.interactive ?? false,
    live: options.live ?? false,
    colors: options.colors ?? false,
    columns: () => options.columns ?? 80,
    readPiped: async () => options.piped,
    readLine: async () => typed.shift(),
    onInterrupt(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    interrupt: () => {
      for (const listener of listeners) listener()
    },
    // Each look at the clock is a little later, so that what is drawn at most so often is drawn.
    now: () => (now += 200),
    every: () => ({ [Symbol.dispose]: () => undefined }),
    sleep: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
    },
  }
}
