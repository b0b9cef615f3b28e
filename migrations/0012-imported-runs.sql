-- Runs of other programs: they have no dataset here and no task, and their settings are whatever they were told.

-- In this way and not by copying the table, so that columns which came to it in the meantime stay: a NOT NULL can only go with its column.
DROP INDEX runs_by_version;
ALTER TABLE runs ADD COLUMN version_now TEXT REFERENCES dataset_versions (id);
ALTER TABLE runs ADD COLUMN task_now TEXT
  CHECK (task_now IS NULL OR task_now IN ('classification', 'regression', 'reconstruction', 'generation', 'language'));
UPDATE runs SET version_now = version, task_now = task;
ALTER TABLE runs DROP COLUMN version;
ALTER TABLE runs DROP COLUMN task;
ALTER TABLE runs RENAME COLUMN version_now TO version;
ALTER TABLE runs RENAME COLUMN task_now TO task;
CREATE INDEX runs_by_version ON runs (version);

-- shared/run.ts RunOrigin, where the run was imported.
ALTER TABLE runs ADD COLUMN origin TEXT CHECK (origin IS NULL OR json_valid(origin));
-- The same run is imported once.
CREATE UNIQUE INDEX runs_by_identity ON runs (json_extract(origin, '$.identity')) WHERE origin IS NOT NULL;
