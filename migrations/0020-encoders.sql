-- Collections of documents whose passages are compared by an encoder of the user's own, beside the numbers that need no model.

-- Of language_models; it may have been taken out since. Null: none.
ALTER TABLE collections ADD COLUMN encoder TEXT;
-- As it was called when it was chosen.
ALTER TABLE collections ADD COLUMN encoder_name TEXT;

CREATE TABLE encoders (
  key INTEGER PRIMARY KEY,
  -- SHA-256 of what makes its vectors: weights, tokenizer, pooling. Vectors of two are not compared.
  identity TEXT NOT NULL UNIQUE
) STRICT;

-- What a model of language_models was when it was read last.
CREATE TABLE encoder_models (
  model TEXT PRIMARY KEY,
  encoder INTEGER NOT NULL REFERENCES encoders (key)
) STRICT;

CREATE TABLE passage_vectors (
  passage INTEGER NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
  encoder INTEGER NOT NULL REFERENCES encoders (key),
  -- Of length 1, 32-bit floats, the least byte first.
  vector BLOB NOT NULL,
  PRIMARY KEY (passage, encoder)
) STRICT, WITHOUT ROWID;
