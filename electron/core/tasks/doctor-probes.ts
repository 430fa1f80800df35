import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PROBE_LIMIT_MS = 5000

/** What the doctor looks at outside of the program. */
export interface DoctorProbes {
  nodeVersion: string
  platform: NodeJS.Platform
  canLoad(module: string): boolean
  ripgrepPath(): string | undefined
  electronPath(): string | undefined
  /** What a program prints; undefined where it cannot be run or fails. */
  run(program: string, args: string[]): Promise<string | undefined>
  /** Undefined where an HTTP server answers there, whatever it answers; else what is wrong. */
  reach(url: string): Promise<string | undefined>
}

export function createProbes(): DoctorProbes {
  const require = createRequire(import.meta.url)
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work()
    } catch {
      // Not being there is the answer.
      return undefined
    }
  }
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    canLoad: (module) => attempt(() => require(module) as unknown) !== undefined,
    ripgrepPath: () => attempt(() => (require('@vscode/ripgrep') as { rgPath: string }).rgPath),
    electronPath: () =>
      attempt(() => {
        const folder = dirname(require.resolve('electron/package.json'))
        const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
        return existsSync(path) ? path : undefined
      }),
    run: (program, args) =>
      new Promise((resolve) => {
        execFile(program, args, { timeout: PROBE_LIMIT_MS }, (error, stdout) => resolve(error ? undefined : stdout))
      }),
    async reach(url) {
      try {
        await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_LIMIT_MS), redirect: 'manual' })
        return undefined
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
        return cause instanceof Error ? cause.message : String(cause)
      }
    },
  }
}
