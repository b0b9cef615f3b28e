-- Labellings of what is marked in samples: objects of images, spans of texts, segments of recordings.

-- Which kinds there are is for shared/labels.ts to say: a table cannot be given another check without being made anew.
CREATE TABLE labellings_anew (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  -- Whose samples these are. Later versions of the same samples are in labelling_samples.
  version TEXT NOT NULL REFERENCES dataset_versions (id),
  kind TEXT NOT NULL,
  -- Tables: the column that the labels go to, which need not be there yet; of spans the column whose texts are marked. NULL: of files.
  target TEXT,
  created_at INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  -- Little-endian int32 per sample: the class (its id here) that the version says, 0 where it says none. What holds where nothing was said since.
  base BLOB NOT NULL,
  last_entry INTEGER NOT NULL DEFAULT 0,
  last_edit INTEGER NOT NULL DEFAULT 0,
  -- Of marks: samples of several classes in the version, by number, as JSON; how many marks each has there (little-endian int32); its
  -- classes' names there, with their ids here. The marks themselves stay in the version's annotations.
  base_several TEXT CHECK (base_several IS NULL OR json_valid(base_several)),
  base_marks BLOB,
  base_classes TEXT CHECK (base_classes IS NULL OR json_valid(base_classes))
) STRICT;
INSERT INTO labellings_anew (key, id, dataset, version, kind, target, created_at, samples, base, last_entry, last_edit)
  SELECT key, id, dataset, version, kind, target, created_at, samples, base, last_entry, last_edit FROM labellings;
DROP TABLE labellings;
ALTER TABLE labellings_anew RENAME TO labellings;

-- Marks as they stand, where anything was said of them here; of those that the version says and nobody has touched there is no row.
-- `subject`: 2^31 + sample * 2^20 + number, as in label_changes. `value`: db/label-marks.ts, as JSON; NULL: removed, or the making of it is undone.
-- Rows may be long (a mask): so they lie apart from the tree that finds them.
CREATE TABLE label_marks (
  labelling INTEGER NOT NULL REFERENCES labellings (key),
  subject INTEGER NOT NULL CHECK (subject >= 2147483648),
  value TEXT CHECK (value IS NULL OR json_valid(value)),
  -- Of suggestions alone: how sure their maker is of them, 0 where it says nothing.
  suggested REAL GENERATED ALWAYS AS (CASE WHEN value ->> 'suggested' THEN coalesce(value ->> 'confidence', 0.0) END) VIRTUAL,
  UNIQUE (labelling, subject)
) STRICT;
CREATE INDEX label_marks_suggested ON label_marks (labelling, subject, suggested) WHERE suggested IS NOT NULL;

-- Undo of a sample takes back what an entry changed of its marks.
CREATE INDEX label_changes_of_marks ON label_changes (labelling, entry, subject) WHERE subject >= 2147483648;
