import type { Clock } from '../platform/clock.ts'
import type { Db } from './database.ts'

/** A file as a checkpoint changed it. Hashes are of contents in `blobs`; `before` is null where the file did not exist. */
export interface CheckpointFile {
  path: string
  before: string | null
  beforeMode: number | null
  after: string
}

/** The states of its workspace that a task can speak of: 1, 2, 3… Writes join the caller's transaction. */
export interface CheckpointStore {
  /** Returns its number. */
  add(taskId: string, workspace: string, files: CheckpointFile[]): number
  list(taskId: string): Array<{ checkpoint: number; files: string[]; ts: number }>
  /** Of each file what it was before the task first changed it, in order of path. */
  firstImages(taskId: string): Array<CheckpointFile & { workspace: string }>
}

export function createCheckpointStore(db: Db, clock: Clock): CheckpointStore {
  const next = db.prepare<[string], { next: number }>('SELECT coalesce(max(checkpoint), 0) + 1 AS next FROM checkpoints WHERE task_id = ?')
  const insert = db.prepare<[string, number, string, number]>('INSERT INTO checkpoints (task_id, checkpoint, workspace, created_at) VALUES (?, ?, ?, ?)')
  const insertFile = db.prepare<[string, number, string, string | null, number | null, string]>(
    'INSERT INTO checkpoint_files (task_id, checkpoint, path, before_hash, before_mode, after_hash) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const select = db.prepare<[string], { checkpoint: number; created_at: number }>('SELECT checkpoint, created_at FROM checkpoints WHERE task_id = ? ORDER BY checkpoint')
  const selectFiles = db.prepare<[string], { checkpoint: number; path: string }>('SELECT checkpoint, path FROM checkpoint_files WHERE task_id = ? ORDER BY checkpoint, path')
  const selectFirst = db.prepare<[string], CheckpointFile & { workspace: string }>(
    `SELECT f.path, f.before_hash AS before, f.before_mode AS beforeMode, f.after_hash AS after, c.workspace
     FROM checkpoint_files f JOIN checkpoints c USING (task_id, checkpoint)
     WHERE f.task_id = ? AND f.checkpoint = (SELECT min(g.checkpoint) FROM checkpoint_files g WHERE g.task_id = f.task_id AND g.path = f.path)
     ORDER BY f.path`,
  )
  return {
    add(taskId, workspace, files) {
      return db.transaction(() => {
        const checkpoint = next.get(taskId)?.next ?? 1
        insert.run(taskId, checkpoint, workspace, clock.now())
        for (const file of files) insertFile.run(taskId, checkpoint, file.path, file.before, file.beforeMode, file.after)
        return checkpoint
      })
    },
    list(taskId) {
      const files = Map.groupBy(selectFiles.all(taskId), (row) => row.checkpoint)
      return select.all(taskId).map((row) => ({ checkpoint: row.checkpoint, files: (files.get(row.checkpoint) ?? []).map((file) => file.path), ts: row.created_at }))
    },
    firstImages: (taskId) => selectFirst.all(taskId),
  }
}
