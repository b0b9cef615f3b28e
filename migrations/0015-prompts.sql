-- Prompts as they are written, their versions, what models have answered, and the folders of models that were added.

CREATE TABLE prompts (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  created_at INTEGER NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

-- What is on the bench: the text key by key, and what lies around it (shared/prompt/prompt.ts, `Bench`). Apart from the prompts, since it
-- may be long and is written often.
CREATE TABLE prompt_drafts (
  prompt INTEGER PRIMARY KEY REFERENCES prompts (key),
  text TEXT NOT NULL,
  bench TEXT NOT NULL CHECK (json_valid(bench)),
  edited_at INTEGER NOT NULL
) STRICT;

-- Never changed.
CREATE TABLE prompt_versions (
  prompt INTEGER NOT NULL REFERENCES prompts (key),
  number INTEGER NOT NULL CHECK (number > 0),
  sha256 TEXT NOT NULL,
  text TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  PRIMARY KEY (prompt, number),
  UNIQUE (prompt, sha256)
) STRICT;

CREATE TABLE completions (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  prompt INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  -- running, finished, stopped, failed, interrupted: the process that stored it ended before it did.
  status TEXT NOT NULL,
  request TEXT NOT NULL CHECK (json_valid(request)),
  given TEXT,
  texts TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(texts)),
  facts TEXT CHECK (facts IS NULL OR json_valid(facts)),
  -- Each token with its probability and what else was likely, by text.
  choices TEXT CHECK (choices IS NULL OR json_valid(choices)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  FOREIGN KEY (prompt, version) REFERENCES prompt_versions (prompt, number)
) STRICT;
CREATE INDEX completions_of_prompt ON completions (prompt, key);
CREATE INDEX completions_running ON completions (status) WHERE status = 'running';

CREATE TABLE language_models (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  added_at INTEGER NOT NULL
) STRICT;
