-- Trainings and what they measured.

CREATE TABLE runs (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'interrupted')),
  version TEXT NOT NULL REFERENCES dataset_versions (id),
  task TEXT NOT NULL CHECK (task IN ('classification', 'regression')),
  -- shared/run.ts TrainSettings, complete.
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  parameter_count INTEGER,
  samples_per_second REAL,
  peak_memory_bytes INTEGER,
  best_epoch INTEGER,
  stopped_early INTEGER NOT NULL DEFAULT 0 CHECK (stopped_early IN (0, 1)),
  error_code TEXT,
  error_message TEXT,
  job TEXT,
  notes TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

CREATE INDEX runs_by_version ON runs (version);

CREATE TABLE metric_keys (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- Every point of every curve. Clustered by curve, so that a curve is one range scan; small integers stand for run and metric,
-- and SQLite stores whole numbers in REAL columns as integers: about 30 bytes a point. A NULL value is not a number (NaN).
CREATE TABLE metric_points (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_keys (key),
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  milliseconds INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (run, key, step)
) STRICT, WITHOUT ROWID;

-- The one number per metric that tables show: the last value while a run goes, the best checkpoint's once it has finished.
CREATE TABLE run_metrics (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_keys (key),
  value REAL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
