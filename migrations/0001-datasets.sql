-- Datasets and their immutable versions.
-- Times are milliseconds since 1970 (UTC). `key` columns are small integers for joins; `id` columns are what people and files see.

PRAGMA application_id = 0x41544c52; -- "ATLR"

-- One row: what made this workspace and what opened it for writing last, so that an older Atelier can name it.
CREATE TABLE workspace (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  created_at INTEGER NOT NULL,
  app_version TEXT NOT NULL
) STRICT;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  created_at INTEGER NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

-- A name stands for one dataset on the command line; an archived one gives its name free.
CREATE UNIQUE INDEX datasets_by_name ON datasets (name) WHERE archived = 0;

CREATE TABLE dataset_versions (
  id TEXT PRIMARY KEY,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  created_at INTEGER NOT NULL,
  change TEXT NOT NULL,
  -- shared/dataset.ts Manifest, whole; the columns below are copies of it, so that lists need not parse it.
  manifest TEXT NOT NULL CHECK (json_valid(manifest)),
  kind TEXT NOT NULL CHECK (kind IN ('table', 'images')),
  samples INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  target TEXT,
  UNIQUE (dataset, number)
) STRICT;
