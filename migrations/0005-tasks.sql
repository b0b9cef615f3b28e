-- A run need not predict a target: the task may be any of shared/task.ts. A CHECK can only change with its table.

CREATE TABLE runs_now (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'finished', 'failed', 'cancelled', 'interrupted')),
  version TEXT NOT NULL REFERENCES dataset_versions (id),
  task TEXT NOT NULL CHECK (task IN ('classification', 'regression', 'reconstruction', 'generation', 'language')),
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
  -- shared/run.ts Fallback: the device failed in mid-run, and the run went on on the processor.
  fallback TEXT CHECK (fallback IS NULL OR json_valid(fallback)),
  job TEXT,
  notes TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

INSERT INTO runs_now (key, id, name, status, version, task, settings, created_at, started_at, finished_at, parameter_count,
                      samples_per_second, peak_memory_bytes, best_epoch, stopped_early, error_code, error_message, fallback,
                      job, notes, archived)
  SELECT key, id, name, status, version, task, settings, created_at, started_at, finished_at, parameter_count,
         samples_per_second, peak_memory_bytes, best_epoch, stopped_early, error_code, error_message, fallback,
         job, notes, archived
    FROM runs;

DROP TABLE runs;
ALTER TABLE runs_now RENAME TO runs;
CREATE INDEX runs_by_version ON runs (version);
