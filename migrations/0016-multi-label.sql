-- A run may tell any number of classes of a sample. A CHECK can only change with its column.
ALTER TABLE runs ADD COLUMN task_now TEXT
  CHECK (task_now IS NULL OR task_now IN ('classification', 'multi-label', 'regression', 'reconstruction', 'generation', 'language'));
UPDATE runs SET task_now = task;
ALTER TABLE runs DROP COLUMN task;
ALTER TABLE runs RENAME COLUMN task_now TO task;
