-- Curves are kept in blocks of up to 1024 points, column by column (db/metric-columns.ts): 9 to 13 bytes a point where a row took 30.

-- Clustered by curve and step, so that a part of a curve is one range scan. `extremes` stands before `columns`, so that a curve seen
-- from afar is read without them: of every 64 points the least and the greatest (and the first that is not a number), in the same
-- columns; NULL where the block is short.
CREATE TABLE metric_blocks (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_keys (key),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 1),
  extremes BLOB,
  columns BLOB NOT NULL,
  PRIMARY KEY (run, key, first)
) STRICT, WITHOUT ROWID;

-- What has come in since the run's last blocks were made, one row a batch with all of its curves in it. A later batch counts before
-- an earlier one, and any of them before the blocks.
CREATE TABLE metric_tails (
  run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
  batch INTEGER NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 1),
  curves BLOB NOT NULL,
  PRIMARY KEY (run, batch)
) STRICT, WITHOUT ROWID;

-- metric_columns and metric_extremes are functions of db/sql-functions.ts.
INSERT INTO metric_blocks (run, key, first, last, points, extremes, columns)
  SELECT run, key, min(step), max(step), count(*),
         metric_extremes(step, epoch, milliseconds, value ORDER BY step),
         metric_columns(step, epoch, milliseconds, value ORDER BY step)
    FROM (SELECT *, (row_number() OVER (PARTITION BY run, key ORDER BY step) - 1) / 1024 AS block FROM metric_points)
   GROUP BY run, key, block;

DROP TABLE metric_points;

-- Words that people put on runs: a JSON list of texts.
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
