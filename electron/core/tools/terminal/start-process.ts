import { spawn } from 'node:child_process'
import { readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type * as NodePty from 'node-pty'

/** A started program, on a pty or on pipes: both have a session and process group of their own, led by `pid`. */
export interface StartedProcess {
  /** Undefined where it could not be started: `onExit` then says so. */
  readonly pid: number | undefined
  write(data: string): void
  resize(cols: number, rows: number): void
  onData(listener: (text: string) => void): void
  /** Once, after the last of its output, or at most OUTPUT_DRAIN_MS after its end. */
  onExit(listener: (exitCode: number, signal: string | undefined) => void): void
}

export interface StartOptions {
  file: string
  args: string[]
  cwd: string
  env: Record<string, string>
  cols: number
  rows: number
  /** Pipes alone have a choice: a pty's program reads from the terminal unless the shell line redirects it. */
  interactive: boolean
}

/** A child that keeps the pipe open must not keep the command open. */
const OUTPUT_DRAIN_MS = 200

/** A terminal of the system holds less than this; more comes from what still runs. */
const LEFT_LIMIT_BYTES = 256 * 1024

/** node-pty, or undefined where it was not built. It is loaded when first asked for: a native module costs 10 ms. */
export function loadPty(): typeof NodePty | undefined {
  try {
    return createRequire(import.meta.url)('node-pty') as typeof NodePty
  } catch {
    return undefined
  }
}

export function startOnPty(pty: typeof NodePty, { file, args, ...options }: StartOptions): StartedProcess {
  const started = pty.spawn(file, args, { name: options.env['TERM'] ?? 'dumb', cwd: options.cwd, env: options.env, cols: options.cols, rows: options.rows })
  // node-pty throws a read error of its socket, and so ends this whole process, unless two listen (unixTerminal.js).
  const errors = started as unknown as { on(event: 'error', listener: () => void): void }
  for (let count = 0; count < 2; count += 1) errors.on('error', () => {})
  let ended = false
  started.onExit(() => (ended = true))
  const listeners = new Set<(text: string) => void>()
  beforeClosed(started, (left) => listeners.forEach((listener) => listener(left)))
  return {
    pid: started.pid,
    write: (data) => ended || started.write(data),
    resize: (cols, rows) => ended || started.resize(cols, rows),
    onData(listener) {
      listeners.add(listener)
      started.onData(listener)
    },
    onExit: (listener) => void started.onExit(({ exitCode, signal }) => listener(signal ? 128 + signal : exitCode, signalName(signal))),
  }
}

/**
 * node-pty closes the terminal a fixed 200 ms after the program's end, whether all was read or not: where this process was busy
 * that long, the end of the output is lost (unixTerminal.js, DESTROY_SOCKET_TIMEOUT_MS). So what is left is read first.
 */
function beforeClosed(started: NodePty.IPty, onLeft: (text: string) => void): void {
  const { _socket: socket, fd } = started as unknown as { _socket?: Readable; fd?: number }
  // Windows has neither.
  if (!socket || fd === undefined) return
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => {
    if (!socket.destroyed) {
      // What the stream has read already it tells of in the usual way.
      while (socket.read() !== null);
      const left = readLeft(fd)
      if (left !== '') onLeft(left)
    }
    return destroy(error)
  }
}

function readLeft(fd: number): string {
  const decoder = new StringDecoder('utf8')
  const buffer = Buffer.alloc(LEFT_LIMIT_BYTES)
  let text = ''
  try {
    for (let read = 0, size = -1; read < LEFT_LIMIT_BYTES && size !== 0; read += size) {
      size = readSync(fd, buffer)
      text += decoder.write(buffer.subarray(0, size))
    }
  } catch {
    // EAGAIN: nothing is left for now. EIO: nothing will come any more.
  }
  return text + decoder.end()
}

export function startOnPipes({ file, args, cwd, env, interactive }: StartOptions): StartedProcess {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: [interactive ? 'pipe' : 'ignore', 'pipe', 'pipe'], windowsHide: true })
  child.stdout?.setEncoding('utf8')
  child.stderr?.setEncoding('utf8')
  // A shell that ended does not read any more; its exit is told by `onExit`.
  child.stdin?.on('error', () => {})
  return {
    pid: child.pid,
    write: (data) => void child.stdin?.write(data),
    resize() {},
    onData(listener) {
      child.stdout?.on('data', listener)
      child.stderr?.on('data', listener)
    },
    onExit(listener) {
      let timer: NodeJS.Timeout | undefined
      child.once('error', () => listener(127, undefined))
      child.once('exit', () => {
        timer = setTimeout(() => {
          child.stdout?.destroy()
          child.stderr?.destroy()
        }, OUTPUT_DRAIN_MS)
      })
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        listener(signal === null ? (code ?? 1) : 128 + constants.signals[signal], signal ?? undefined)
      })
    },
  }
}

function signalName(number: number | undefined): string | undefined {
  if (!number) return undefined
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `SIG${number}`
}
