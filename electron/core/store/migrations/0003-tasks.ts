export const tasksMigration = `
-- status is what the last event said; "interrupted" is derived: not finished, and no living owner's epoch drives it.
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  workspace TEXT NOT NULL,
  intent TEXT,
  status TEXT NOT NULL,
  reason TEXT,
  until INTEGER,
  header TEXT NOT NULL,
  round INTEGER NOT NULL,
  plan TEXT,
  result TEXT,
  error TEXT,
  epoch INTEGER NOT NULL,
  next_event_seq INTEGER NOT NULL DEFAULT 1,
  active_ms INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_by_workspace ON tasks (workspace, created_at);
CREATE INDEX tasks_by_status ON tasks (status);

-- What people said. A message sent while a round runs is taken up by that round (steps.step_id of the infer step that took it).
CREATE TABLE messages (
  task_id TEXT NOT NULL REFERENCES tasks (id),
  position INTEGER NOT NULL,
  round INTEGER NOT NULL,
  text TEXT NOT NULL,
  files TEXT NOT NULL,
  taken_by TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (task_id, position)
) STRICT, WITHOUT ROWID;

-- The numbered progress log that every progress view reads.
CREATE TABLE task_events (
  task_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (task_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_calls (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  model TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  cost_usd REAL,
  duration_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX model_calls_by_task ON model_calls (task_id);

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  -- the journal's key of the call that waits
  call_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  decision TEXT,
  tool TEXT NOT NULL,
  args TEXT NOT NULL,
  -- hash of exactly what will run
  subject_hash TEXT NOT NULL,
  preview TEXT NOT NULL,
  always_rule TEXT,
  workspace TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  decided_at INTEGER,
  -- a call whose subject has changed since is asked for anew
  UNIQUE (call_key, kind, subject_hash)
) STRICT;
CREATE INDEX approvals_by_status ON approvals (status, created_at);
CREATE INDEX approvals_by_task ON approvals (task_id);

-- Rules that "always" made; kept for the workspace they were made in.
CREATE TABLE approval_rules (
  workspace TEXT NOT NULL,
  rule TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE trusted_folders (
  path TEXT PRIMARY KEY,
  trusted INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
