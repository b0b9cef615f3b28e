-- Documents that questions are asked of: collections of files, divided into passages that are found by words and by numbers made of them.

CREATE TABLE collections (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- 1: taken out, and can be put back until the workspace is opened again; 2: it goes for good, with what it holds.
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1, 2))
) STRICT;

CREATE TABLE documents (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  collection INTEGER NOT NULL REFERENCES collections (key) ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- Where its file was: what is added from there again takes its place.
  path TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  -- staged: passages still come or go, and none is found; ready; failed: it could not be read, see error; removed: as of a collection.
  state TEXT NOT NULL CHECK (state IN ('staged', 'ready', 'failed', 'removed')),
  -- shared/documents.ts DocumentKind.
  kind TEXT NOT NULL DEFAULT 'text',
  sha256 TEXT NOT NULL DEFAULT '',
  bytes INTEGER NOT NULL DEFAULT 0,
  pages INTEGER,
  characters INTEGER NOT NULL DEFAULT 0,
  -- What its vectors were made by: documents/embedding.ts.
  embedding TEXT NOT NULL,
  error TEXT CHECK (error IS NULL OR json_valid(error))
) STRICT;
CREATE INDEX documents_of_collection ON documents (collection, state);

CREATE TABLE passages (
  key INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents (key) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  page INTEGER CHECK (page > 0),
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  -- Places in the document's text, in UTF-16 units.
  start INTEGER NOT NULL CHECK (start >= 0),
  end INTEGER NOT NULL,
  text TEXT NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (document, number),
  CHECK (end > start)
) STRICT;

-- By the rows of passages; of terms as documents/terms.ts makes them, in which blanks alone part two; forms of an English word are one (Porter's stemmer).
CREATE VIRTUAL TABLE passage_terms USING fts5 (
  terms,
  content = '',
  contentless_delete = 1,
  tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co' tokenchars '_'"
);
CREATE TRIGGER passages_gone AFTER DELETE ON passages BEGIN
  DELETE FROM passage_terms WHERE rowid = old.key;
END;
