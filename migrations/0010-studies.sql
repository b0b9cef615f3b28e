-- Searches for the best settings: what is tried stands here before it starts, and what came of it with the end of its run.

CREATE TABLE studies (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  status TEXT NOT NULL CHECK (status IN ('running', 'paused', 'finished')),
  -- Why it is paused or finished: a code and the facts for it.
  reason TEXT CHECK (reason IS NULL OR json_valid(reason)),
  version TEXT NOT NULL REFERENCES dataset_versions (id),
  -- shared/study.ts StudyPlan; it never changes, or the trials would not be of one search.
  plan TEXT NOT NULL CHECK (json_valid(plan)),
  -- shared/study.ts StudyBudget, which can grow.
  budget TEXT NOT NULL CHECK (json_valid(budget)),
  -- Milliseconds that were worked on it, but for the stretch that is under way.
  worked INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER studies_keep_their_plan BEFORE UPDATE OF plan, version ON studies
BEGIN
  SELECT RAISE(ABORT, 'the plan of a study does not change');
END;

CREATE TABLE trials (
  study INTEGER NOT NULL REFERENCES studies (key) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'complete', 'pruned', 'failed')),
  params TEXT NOT NULL CHECK (json_valid(params)),
  -- A list of numbers; NULL where it has none.
  "values" TEXT CHECK ("values" IS NULL OR json_valid("values")),
  -- A list, by how much each limit is exceeded.
  violations TEXT CHECK (violations IS NULL OR json_valid(violations)),
  -- Why it was tried, and why it was pruned or failed.
  why TEXT NOT NULL CHECK (json_valid(why)),
  ended TEXT CHECK (ended IS NULL OR json_valid(ended)),
  -- What the sampler must know of it again.
  notes TEXT CHECK (notes IS NULL OR json_valid(notes)),
  run TEXT UNIQUE REFERENCES runs (id),
  worker INTEGER,
  -- Its run is begun once, and again each time that its process dies.
  tries INTEGER NOT NULL DEFAULT 0,
  asked_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (study, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trials_end_once BEFORE UPDATE ON trials WHEN OLD.state IN ('complete', 'pruned', 'failed')
BEGIN
  SELECT RAISE(ABORT, 'a trial that has ended does not change');
END;

-- What was measured on the way, by epoch. NULL: not a number.
CREATE TABLE trial_reports (
  study INTEGER NOT NULL,
  number INTEGER NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (study, number, step),
  FOREIGN KEY (study, number) REFERENCES trials (study, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
