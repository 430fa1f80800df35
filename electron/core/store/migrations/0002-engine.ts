export const engineMigration = `
-- seq is the order of arrival: what "since the run's start" means.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  ts INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_name ON events (name, seq);

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  group_key TEXT,
  status TEXT NOT NULL,
  event_seq INTEGER NOT NULL REFERENCES events (seq),
  parent_run_id TEXT,
  parent_step_id TEXT,
  -- seconds of head start, -600 to 600
  priority INTEGER NOT NULL,
  -- JSON: the concurrency slots that each of its executions takes
  slots TEXT NOT NULL,
  -- grows by one with each invocation: half of the fence, the epoch being the other
  dispatch INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  -- times it killed an app alone since it last got anywhere
  lone_crashes INTEGER NOT NULL DEFAULT 0,
  -- 1: was on an app that died, and runs alone until cleared
  suspect INTEGER NOT NULL DEFAULT 0,
  park_reason TEXT,
  -- JSON: {"output":...} or {"error":...}
  outcome TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX runs_by_group ON runs (group_key);
CREATE INDEX runs_by_function ON runs (function_id, status);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_by_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

-- Completed steps; position is the order of completion. state is what the app is given back: {"data":...} or {"error":...}.
CREATE TABLE steps (
  position INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT,
  -- over 64 kB: the state is the blob of this hash
  blob TEXT REFERENCES blobs (hash),
  input_hash TEXT,
  UNIQUE (run_id, step_id),
  CHECK ((state IS NULL) <> (blob IS NULL))
) STRICT;

-- What a run is pending on. Event waits stay, closed, to tell which events the run has taken.
CREATE TABLE waits (
  run_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  -- the event's or the signal's name
  topic TEXT,
  expression TEXT,
  race INTEGER NOT NULL,
  -- steps up to this position lead to it
  after_position INTEGER NOT NULL,
  -- the dispatch whose answer registered it
  dispatch INTEGER NOT NULL,
  matched_seq INTEGER,
  open INTEGER NOT NULL,
  PRIMARY KEY (run_id, step_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waits_by_topic ON waits (kind, topic) WHERE open = 1;

-- Work (discovery, step) and timers (timer, start-timeout, finish-timeout). claimed: the dispatch that executes it.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  step_id TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  -- creation time of the run less its priority, in ms
  score INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  claimed INTEGER,
  -- 1: something moved while it was executing, so it is wanted once more
  dirty INTEGER NOT NULL DEFAULT 0,
  UNIQUE (run_id, kind, step_id)
) STRICT;
CREATE INDEX queue_by_score ON queue (score, id);
CREATE INDEX queue_by_due ON queue (due_at);
`
