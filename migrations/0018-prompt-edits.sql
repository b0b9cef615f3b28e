-- What was done to a prompt's text, step by step, so that it can be undone after a restart.

-- The steps up to this one are in the text; later ones are undone.
ALTER TABLE prompt_drafts ADD COLUMN step INTEGER NOT NULL DEFAULT 0;

CREATE TABLE prompt_edits (
  prompt INTEGER NOT NULL REFERENCES prompts (key),
  number INTEGER NOT NULL CHECK (number > 0),
  -- Edits one after another (shared/prompt/edits.ts).
  edits TEXT NOT NULL CHECK (json_valid(edits)),
  at INTEGER NOT NULL,
  PRIMARY KEY (prompt, number)
) STRICT, WITHOUT ROWID;
