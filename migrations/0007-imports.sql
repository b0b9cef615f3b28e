-- What was asked of an import, so that one that was cut short can go on, and a dataset's source can be looked at again.

-- jobs/datasets.ts ImportRequest; of imports only.
ALTER TABLE jobs ADD COLUMN request TEXT CHECK (request IS NULL OR json_valid(request));
-- The same, of versions that were read from files. NULL: made of the version before.
ALTER TABLE dataset_versions ADD COLUMN origin TEXT CHECK (origin IS NULL OR json_valid(origin));

-- shared/run.ts StepBefore[]: what whoever uses the file has to do first. NULL: of a file made before this was kept.
ALTER TABLE exports ADD COLUMN steps_before TEXT CHECK (steps_before IS NULL OR json_valid(steps_before));
