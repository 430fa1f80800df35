import { fstatSync } from 'node:fs'
import type { TerminalIo } from './io.ts'

/** More than this is no task any more. */
const PIPED_LIMIT_BYTES = 16 * 1024 * 1024
/** How long what was not asked for may take to begin: a shell's pipe has a writer, a parent's socket most often none. */
const FIRST_BYTE_LIMIT_MS = { pipe: 1000, socket: 200 }
const INTERRUPTED = 130
/** After a second Ctrl-C nothing is waited for longer than this. */
const LEAVE_MS = 300
const DEFAULT_COLUMNS = 80

/** This process's own terminal. */
export function createProcessIo({ stdin, stdout, stderr, env }: { stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream; env: Record<string, string | undefined> }): TerminalIo {
  const live = stdout.isTTY === true && env['TERM'] !== 'dumb'
  for (const stream of [stdout, stderr]) {
    // Whoever read us has left (`rainy tasks | head`): nothing is wrong, and nothing more can be said.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  }
  const listeners = new Set<() => void>()
  let interrupts = 0
  const interrupt = (): void => {
    interrupts += 1
    if (listeners.size === 0) process.exit(INTERRUPTED)
    if (interrupts > 1) setTimeout(() => process.exit(INTERRUPTED), LEAVE_MS).unref()
    for (const listener of listeners) listener()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    live,
    colors: live && !env['NO_COLOR'],
    columns: () => stdout.columns || DEFAULT_COLUMNS,
    readPiped: ({ patient }) => readPiped(stdin, patient),
    readLine: (signal) => readLine(stdin, signal),
    onInterrupt(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    now: () => Date.now(),
    every(ms, fire) {
      const timer = setInterval(fire, ms)
      timer.unref()
      return { [Symbol.dispose]: () => clearInterval(timer) }
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(end, ms)
        function end(): void {
          clearTimeout(timer)
          signal?.removeEventListener('abort', end)
          resolve()
        }
        if (signal?.aborted) end()
        else signal?.addEventListener('abort', end, { once: true })
      }),
  }
}

async function readPiped(stdin: NodeJS.ReadStream, patient: boolean): Promise<string | undefined> {
  if (stdin.isTTY) return undefined
  const chunks: Buffer[] = []
  let length = 0
  const fromShell = fstatSync(0).isFIFO()
  const timer = patient ? undefined : setTimeout(() => stdin.destroy(), fromShell ? FIRST_BYTE_LIMIT_MS.pipe : FIRST_BYTE_LIMIT_MS.socket)
  try {
    for await (const chunk of stdin) {
      clearTimeout(timer)
      chunks.push(Buffer.from(chunk as Uint8Array))
      length += (chunk as Uint8Array).length
      if (length > PIPED_LIMIT_BYTES) break
    }
  } catch (error) {
    // Destroyed by the timer: nothing came.
    if (chunks.length > 0 || !(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error
    if (fromShell) process.stderr.write('rainy: nothing came through the pipe yet, so it is left out; `-` waits for it\n')
    return undefined
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, PIPED_LIMIT_BYTES)
}

async function readLine(stdin: NodeJS.ReadStream, signal: AbortSignal | undefined): Promise<string | undefined> {
  const { createInterface } = await import('node:readline')
  const lines = createInterface({ input: stdin, terminal: false })
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(undefined))
      signal?.addEventListener('abort', () => resolve(undefined), { once: true })
      if (signal?.aborted) resolve(undefined)
    })
  } finally {
    lines.close()
    stdin.pause()
  }
}
