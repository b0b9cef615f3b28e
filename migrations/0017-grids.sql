-- Prompts side by side: what was asked of which models for which rows, how people judged the answers, and how tests of prompts went.

-- What was asked, without the model: SHA-256 of the prompt with its values and of the settings. With the model it tells an answer from all others.
ALTER TABLE completions ADD COLUMN asked TEXT;
-- SHA-256 of all that the model's answer depends on: its weights, its tokenizer, its template.
ALTER TABLE completions ADD COLUMN model TEXT;
-- Of a grid's cell; NULL: asked for by itself.
ALTER TABLE completions ADD COLUMN grid INTEGER REFERENCES grids (key);
CREATE INDEX completions_asked ON completions (asked, model) WHERE asked IS NOT NULL;

CREATE TABLE grids (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- shared/prompt/grid.ts GridColumn[]; never changed.
  columns TEXT NOT NULL CHECK (json_valid(columns)),
  -- Where its rows are from: shared/prompt/grid.ts GridSource.
  source TEXT NOT NULL CHECK (json_valid(source)),
  rows INTEGER NOT NULL CHECK (rows > 0),
  -- SHA-256 of its rows: the same ones can be compared.
  sha256 TEXT NOT NULL,
  -- The job that fills it, also where its process died: then whoever goes on with the queue goes on with it.
  job TEXT,
  -- A test's: shared/prompt/checks.ts PromptTest. NULL: of none.
  test TEXT CHECK (test IS NULL OR json_valid(test)),
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

CREATE TABLE grid_prompts (
  prompt INTEGER NOT NULL REFERENCES prompts (key),
  grid INTEGER NOT NULL REFERENCES grids (key) ON DELETE CASCADE,
  PRIMARY KEY (prompt, grid)
) STRICT, WITHOUT ROWID;

CREATE TABLE grid_rows (
  grid INTEGER NOT NULL REFERENCES grids (key) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  -- Values by name.
  variables TEXT NOT NULL CHECK (json_valid(variables)),
  PRIMARY KEY (grid, number)
) STRICT, WITHOUT ROWID;

-- A cell that is not here waits.
CREATE TABLE grid_cells (
  grid INTEGER NOT NULL REFERENCES grids (key) ON DELETE CASCADE,
  row INTEGER NOT NULL CHECK (row >= 0),
  column INTEGER NOT NULL CHECK (column >= 0),
  -- Its answer, or …
  completion INTEGER REFERENCES completions (key),
  -- … why there is none.
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- The answer was there already.
  cached INTEGER NOT NULL DEFAULT 0 CHECK (cached IN (0, 1)),
  -- 1 bad … 5 excellent.
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  PRIMARY KEY (grid, row, column),
  CHECK ((completion IS NULL) <> (error IS NULL))
) STRICT, WITHOUT ROWID;

-- Which of two answers of a row is better; `first` < `second`, both columns.
CREATE TABLE grid_preferences (
  grid INTEGER NOT NULL REFERENCES grids (key) ON DELETE CASCADE,
  row INTEGER NOT NULL,
  first INTEGER NOT NULL,
  second INTEGER NOT NULL,
  -- shared/judged.ts judgedClasses.pair.
  choice TEXT NOT NULL CHECK (choice IN ('A', 'B', 'tie', 'both bad')),
  PRIMARY KEY (grid, row, first, second),
  CHECK (first < second)
) STRICT, WITHOUT ROWID;

-- What a prompt is held to: shared/prompt/checks.ts PromptTest.
CREATE TABLE prompt_tests (
  prompt INTEGER PRIMARY KEY REFERENCES prompts (key),
  test TEXT NOT NULL CHECK (json_valid(test))
) STRICT;

-- How a version did.
CREATE TABLE evaluations (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  prompt INTEGER NOT NULL,
  version INTEGER NOT NULL,
  grid INTEGER NOT NULL REFERENCES grids (key),
  created_at INTEGER NOT NULL,
  test TEXT NOT NULL CHECK (json_valid(test)),
  -- Of each check: shared/prompt/checks.ts CheckScore[].
  scores TEXT NOT NULL CHECK (json_valid(scores)),
  passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
  FOREIGN KEY (prompt, version) REFERENCES prompt_versions (prompt, number)
) STRICT;
CREATE INDEX evaluations_of_prompt ON evaluations (prompt, key);
