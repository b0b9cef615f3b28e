-- The queue of trainings outlives the process that made it.

-- Where a training stands among those that wait: the least begins first. NULL: of jobs that are no trainings, and of before there was an order.
ALTER TABLE jobs ADD COLUMN place INTEGER;
-- A waiting job that a person paused: it keeps its place and does not begin. Its run is "paused".
ALTER TABLE jobs ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
-- The queue as a whole is paused: no training begins.
ALTER TABLE workspace ADD COLUMN queue_held INTEGER NOT NULL DEFAULT 0 CHECK (queue_held IN (0, 1));
