import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it; one that is there is left as it is. Throws the system's error: ENOTDIR where a file stands in
 * the way. (Node's own `recursive` never returns below /proc, which says ENOENT to whoever makes something there.)
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = []
  for (let at = path; !isFolder(at); at = dirname(at)) missing.push(at)
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, { mode })
    } catch (error) {
      // Another process was faster.
      if (!(codeOf(error) === 'EEXIST' && isFolder(folder))) throw error
    }
  }
}

function isFolder(path: string): boolean {
  try {
    if (statSync(path).isDirectory()) return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
