-- Long work, and the model files made from runs.

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'interrupted')),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  -- shared/errors.ts ErrorFacts.
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  dataset TEXT REFERENCES datasets (id),
  run TEXT REFERENCES runs (id),
  -- Taken out of the tray by a person.
  dismissed INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1))
) STRICT;

CREATE INDEX jobs_unfinished ON jobs (status) WHERE status IN ('queued', 'running');

CREATE TABLE exports (
  id TEXT PRIMARY KEY,
  run TEXT NOT NULL REFERENCES runs (id),
  created_at INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  -- shared/run.ts Parity.
  parity TEXT NOT NULL CHECK (json_valid(parity))
) STRICT;

CREATE INDEX exports_by_run ON exports (run);
