import type { BlobStore } from '../store/blob-store.ts'
import type { CheckpointStore } from '../store/checkpoint-store.ts'
import type { ToolCallStore } from '../store/tool-call-store.ts'
import { readCurrent } from '../workspace/read-current.ts'
import { contentHash } from './fs/file-content.ts'
import type { FileContent } from './types.ts'
import { countLines, diffOfContents, type ContentChange } from './unified-diff.ts'

export interface TaskDiff {
  /** Unified, of all that the task changed through our own writes, as the files are now. */
  diff(taskId: string): string
  changes(taskId: string): Array<{ path: string; added: number; removed: number; status: 'added' | 'modified' | 'deleted' }>
}

interface FirstImage {
  path: string
  before: string | null
  beforeMode: number | null
  workspace: string
}

export function createTaskDiff({ blobs, checkpoints, calls }: { blobs: BlobStore; checkpoints: CheckpointStore; calls: ToolCallStore }): TaskDiff {
  const imagesOf = (taskId: string): FirstImage[] => {
    const images = new Map<string, FirstImage>(checkpoints.firstImages(taskId).map((image) => [image.path, image]))
    // Written by a batch that was killed before its checkpoint.
    for (const intent of calls.fileIntentsOf(taskId)) {
      if (images.has(intent.path)) continue
      const current = readCurrent(intent.workspace, intent.path)
      if (current && contentHash(current.bytes) === intent.after) images.set(intent.path, intent)
    }
    return [...images.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }
  const changesOf = (taskId: string): ContentChange[] =>
    imagesOf(taskId).flatMap(({ path, before, beforeMode, workspace }) => {
      const bytes = before === null ? undefined : blobs.get(before)
      const first: FileContent | null = bytes ? { bytes, mode: beforeMode } : null
      const after = readCurrent(workspace, path)
      return (first === null && after === null) || (first && after && Buffer.compare(first.bytes, after.bytes) === 0) ? [] : [{ path, before: first, after }]
    })

  return {
    diff: (taskId) => changesOf(taskId).map(diffOfContents).join(''),
    changes: (taskId) =>
      changesOf(taskId).map((change) => ({ path: change.path, ...countLines(change), status: change.before === null ? 'added' : change.after === null ? 'deleted' : 'modified' })),
  }
}
