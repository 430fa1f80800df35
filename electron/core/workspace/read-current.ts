import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { isInside } from './path-text.ts'

const PERMISSION_BITS = 0o7777

/** A file of a workspace as it is now, at once and confined; null where there is none, or none of ours. */
export function readCurrent(root: string, relativePath: string): { bytes: Uint8Array; mode: number } | null {
  const path = join(root, relativePath)
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return null
  }
  try {
    const real = process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : realpathSync(path)
    const stats = fstatSync(descriptor)
    if (!isInside(root, real) || !stats.isFile()) return null
    return { bytes: readFileSync(descriptor), mode: stats.mode & PERMISSION_BITS }
  } finally {
    closeSync(descriptor)
  }
}
