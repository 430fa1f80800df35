export const baseMigration = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row each time a process became the owner; the newest is the one whose epoch counts.
CREATE TABLE owners (
  epoch INTEGER PRIMARY KEY AUTOINCREMENT,
  pid INTEGER NOT NULL,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;

-- Contents by SHA-256: results over 64 kB, pre-images of files.
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`
