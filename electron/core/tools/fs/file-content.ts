import { hash } from 'node:crypto'
import type { Workspace, WorkspacePath } from '../../workspace/types.ts'
import { isRacy, sameStamp, type CachedFile } from '../cache.ts'
import type { ToolDeps } from '../types.ts'

/** The largest file that these tools read, in bytes. */
export const FILE_LIMIT_BYTES = 10 * 1024 * 1024
export function contentHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** A file's bytes, from the cache while the file is still what it was. */
export async function readContent({ caches, clock }: Pick<ToolDeps, 'caches' | 'clock'>, workspace: Workspace, path: WorkspacePath): Promise<CachedFile> {
  const cached = caches.files.get(path.absolute)
  if (cached) {
    const stamp = await workspace.stamp(path)
    if (stamp && sameStamp(stamp, cached.stamp)) return cached
    caches.files.delete(path.absolute)
  }
  const { bytes, stamp, mode } = await workspace.read(path, FILE_LIMIT_BYTES)
  const file: CachedFile = { bytes, stamp, mode, hash: contentHash(bytes) }
  if (!isRacy(stamp, clock.now())) caches.files.set(path.absolute, file)
  return file
}
