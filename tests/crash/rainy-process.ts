import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built command, as a user starts it. */
const RAINY = fileURLToPath(new URL('../../bin/rainy.mjs', import.meta.url))

export interface RainyEnd {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface RainyProcess {
  child: ChildProcess
  ended: Promise<RainyEnd>
  /** SIGKILL, to it and to all that shares its group. */
  kill(): void
}

const OUTPUT_LIMIT_LETTERS = 5_000_000

/** Starts `rainy` in a process group of its own, with no key in its environment but those given. */
export function startRainy(args: string[], { env = {}, cwd, timeoutMs = 120_000 }: { env?: Record<string, string>; cwd?: string; timeoutMs?: number } = {}): RainyProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_API_KEY$|_BASE_URL$|^RAINY_/.test(name)))
  const child = spawn(process.execPath, [RAINY, ...args], { env: { ...inherited, ...env }, ...(cwd ? { cwd } : {}), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-OUTPUT_LIMIT_LETTERS)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-OUTPUT_LIMIT_LETTERS)))
  const kill = (): void => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
  const timer = setTimeout(() => {
    stderr += `\nstill running after ${timeoutMs} ms: killed by the test`
    kill()
  }, timeoutMs)
  const ended = new Promise<RainyEnd>((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
  return { child, ended, kill }
}

export async function runRainy(args: string[], options: Parameters<typeof startRainy>[1] = {}): Promise<RainyEnd> {
  return startRainy(args, options).ended
}
