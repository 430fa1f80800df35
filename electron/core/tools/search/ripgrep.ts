import { spawn } from 'node:child_process'
import { RainyError } from '../../../../shared/errors.ts'
import { splitLines } from './split-lines.ts'

const STDERR_LIMIT_CHARS = 4000

export interface RipgrepRun {
  args: string[]
  cwd: string
  signal: AbortSignal
  /** A line of its JSON. False: enough, it is ended. */
  onLine(line: string): boolean
}

/** Runs ripgrep to its end, or until enough was seen. It never outlives the call. Throws INVALID_TOOL_ARGS for a pattern or glob that it refuses. */
export async function ripgrep({ args, cwd, signal, onLine }: RipgrepRun): Promise<void> {
  signal.throwIfAborted()
  const { rgPath } = await import('@vscode/ripgrep')
  // No configuration file, no environment: only what is asked for here.
  const child = spawn(rgPath, args, { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>()
  let errors = ''
  let enough = false
  const kill = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  child.on('error', reject)
  child.on('close', resolve)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < STDERR_LIMIT_CHARS) errors += text
  })
  const feed = splitLines((line) => {
    if (enough || onLine(line)) return
    enough = true
    kill()
  })
  child.stdout.on('data', (chunk: Buffer) => feed(chunk))
  try {
    const code = await ended
    signal.throwIfAborted()
    // 0: found, 1: nothing found; 2 also where some file could not be read, which is no reason to hide the others.
    if (!enough && code === 2 && errors !== '') throw new RainyError('INVALID_TOOL_ARGS', `ripgrep refuses this search: ${errors.slice(0, STDERR_LIMIT_CHARS).trim()}`)
    if (!enough && code !== 0 && code !== 1 && code !== 2) throw new RainyError('INTERNAL', `ripgrep ended with ${code ?? 'a signal'}: ${errors.trim()}`)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}
