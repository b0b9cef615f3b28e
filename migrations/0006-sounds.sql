-- A dataset may hold sounds: the kind may be any of shared/dataset.ts. A CHECK can only change with its table.

CREATE TABLE dataset_versions_now (
  id TEXT PRIMARY KEY,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  created_at INTEGER NOT NULL,
  change TEXT NOT NULL,
  -- shared/dataset.ts Manifest, whole; the columns below are copies of it, so that lists need not parse it.
  manifest TEXT NOT NULL CHECK (json_valid(manifest)),
  kind TEXT NOT NULL CHECK (kind IN ('table', 'images', 'audio')),
  samples INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  target TEXT,
  UNIQUE (dataset, number)
) STRICT;

INSERT INTO dataset_versions_now (id, dataset, number, created_at, change, manifest, kind, samples, classes, target)
  SELECT id, dataset, number, created_at, change, manifest, kind, samples, classes, target FROM dataset_versions;

DROP TABLE dataset_versions;
ALTER TABLE dataset_versions_now RENAME TO dataset_versions;
