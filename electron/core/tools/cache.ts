import { LRUCache } from 'lru-cache'
import type { FileStamp, WorkspacePath } from '../workspace/types.ts'

const TREE_TTL_MS = 60_000
const FILE_TTL_MS = 30_000
const DIAGNOSTICS_TTL_MS = 10_000
const TREE_ENTRIES = 200
const FILE_BYTES = 64 * 1024 * 1024
const DIAGNOSTICS_ENTRIES = 500

export interface CachedFile {
  stamp: FileStamp
  bytes: Uint8Array
  mode: number
  hash: string
}

/** A rendered directory tree, with the stamp of every folder and ignore file that it was made from. */
export interface CachedTree {
  sources: Array<{ path: WorkspacePath; stamp: FileStamp | null }>
  tree: string
  truncated: boolean
}

/**
 * Keys are absolute paths; of trees and diagnostics with what was asked after a NUL.
 * Our own writes and the watcher drop what they touch. Files and trees are checked against the disk at each hit besides, so a
 * change that the watcher has not yet told of is never missed. Diagnostics are values of the analysis tools, which check them
 * against the files they came from.
 */
export interface ToolCaches {
  files: LRUCache<string, CachedFile>
  trees: LRUCache<string, CachedTree>
  diagnostics: LRUCache<string, object>
  /** `null`: everything below the root. */
  invalidate(root: string, relativePaths: string[] | null): void
}

export function createToolCaches(): ToolCaches {
  const files = new LRUCache<string, CachedFile>({ ttl: FILE_TTL_MS, maxSize: FILE_BYTES, sizeCalculation: (file) => file.bytes.byteLength + 200 })
  const trees = new LRUCache<string, CachedTree>({ ttl: TREE_TTL_MS, max: TREE_ENTRIES })
  const diagnostics = new LRUCache<string, object>({ ttl: DIAGNOSTICS_TTL_MS, max: DIAGNOSTICS_ENTRIES })
  return {
    files,
    trees,
    diagnostics,
    invalidate(root, relativePaths) {
      // Any file can change another's diagnostics, and any name a tree.
      diagnostics.clear()
      trees.clear()
      if (relativePaths === null) files.clear()
      else for (const path of relativePaths) files.delete(`${root}/${path}`)
    },
  }
}

/** Two changes within one tick of a file system's clock leave the same times: what is younger than this is not cached. */
const RACY_NS = 50_000_000n

export function isRacy(stamp: FileStamp, nowMs: number): boolean {
  const settled = BigInt(nowMs) * 1_000_000n - RACY_NS
  return stamp.modifiedNs >= settled || stamp.changedNs >= settled
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.size === b.size && a.modifiedNs === b.modifiedNs && a.changedNs === b.changedNs && a.device === b.device
}
