export const toolsMigration = `
-- The journal of tool calls. intent: what was about to be done, flushed before it; outcome: how it ended, null while that was not
-- seen; outcome_blob stands in its place where it is over 64 kB. checkpoint: the one that holds the file it changed.
CREATE TABLE tool_calls (
  task_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  infer_step_id TEXT NOT NULL,
  call_index INTEGER NOT NULL,
  tool TEXT NOT NULL,
  subject_hash TEXT NOT NULL,
  intent TEXT,
  outcome TEXT,
  outcome_blob TEXT,
  checkpoint INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (run_id, infer_step_id, call_index)
) STRICT;
CREATE INDEX tool_calls_not_in_checkpoint ON tool_calls (task_id) WHERE intent IS NOT NULL AND checkpoint IS NULL;

CREATE TABLE checkpoints (
  task_id TEXT NOT NULL,
  checkpoint INTEGER NOT NULL,
  workspace TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, checkpoint)
) STRICT, WITHOUT ROWID;

-- before_hash: the pre-image in blobs; null where the file did not exist.
CREATE TABLE checkpoint_files (
  task_id TEXT NOT NULL,
  checkpoint INTEGER NOT NULL,
  path TEXT NOT NULL,
  before_hash TEXT,
  before_mode INTEGER,
  after_hash TEXT NOT NULL,
  PRIMARY KEY (task_id, checkpoint, path)
) STRICT, WITHOUT ROWID;

-- The content of each file that a run last saw or wrote: a write over another one is refused.
CREATE TABLE file_reads (
  run_id TEXT NOT NULL,
  path TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (run_id, path)
) STRICT, WITHOUT ROWID;
`
