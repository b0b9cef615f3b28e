-- Labelling: who said what of which sample, when, and what holds now. What was said is only ever added to.

-- One job of labelling: the samples of a dataset, by one column or, of files, by their class.
CREATE TABLE labellings (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  -- Whose samples these are. Later versions of the same samples are in labelling_versions.
  version TEXT NOT NULL REFERENCES dataset_versions (id),
  kind TEXT NOT NULL CHECK (kind IN ('single', 'multiple')),
  -- Tables: the column that the labels go to, which need not be there yet. NULL: of files.
  target TEXT,
  created_at INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  -- Little-endian int32 per sample: the class (its id here) that the version says, 0 where it says none. What holds where nothing was said since.
  base BLOB NOT NULL,
  -- Numbers of the last entry of the log, and of the last that was neither undo nor redo.
  last_entry INTEGER NOT NULL DEFAULT 0,
  last_edit INTEGER NOT NULL DEFAULT 0
) STRICT;

-- By which samples a labelling is found again: see samplesIdentity in jobs/labels.
CREATE TABLE labelling_samples (
  identity TEXT NOT NULL,
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  PRIMARY KEY (identity, labelling)
) STRICT, WITHOUT ROWID;

-- The log. Rows are added, never changed or removed: undo and redo are entries of their own.
CREATE TABLE label_entries (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  number INTEGER NOT NULL CHECK (number >= 1),
  at INTEGER NOT NULL,
  -- 'person', or what else said it: 'run:<id>', 'rule:<pattern>', 'file:<name>'.
  who TEXT NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('edit', 'undo', 'redo')),
  -- Of undo and redo: the number of the edit.
  of INTEGER,
  -- The first entry of those that are undone and redone as one.
  batch INTEGER NOT NULL,
  PRIMARY KEY (labelling, number)
) STRICT, WITHOUT ROWID;

-- What an entry changed. `subject`: a sample's number, or -1 - a class's id. `before`, `after`: shared/labels.ts, as JSON; NULL: a class that is not there.
CREATE TABLE label_changes (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  subject INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  before TEXT,
  after TEXT,
  PRIMARY KEY (labelling, subject, entry)
) STRICT, WITHOUT ROWID;

-- What follows from the log, kept so that nothing need be added up:

-- changes of edits that can still be undone (undone = 0) or redone (undone: the entry that undid it);
CREATE TABLE label_stack (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  subject INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (labelling, subject, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_stack_by_turn ON label_stack (labelling, undone, entry);

-- samples as they stand, where anything was ever said of them here;
CREATE TABLE label_samples (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  sample INTEGER NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  state TEXT NOT NULL GENERATED ALWAYS AS (value ->> 'state') STORED,
  PRIMARY KEY (labelling, sample)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_samples_by_state ON label_samples (labelling, state);

-- and classes. A class keeps its id whatever it is called, and an id is never given twice.
CREATE TABLE label_classes (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  class INTEGER NOT NULL CHECK (class >= 1),
  value TEXT CHECK (value IS NULL OR json_valid(value)),
  PRIMARY KEY (labelling, class)
) STRICT, WITHOUT ROWID;
