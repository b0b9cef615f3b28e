-- Labelling the same samples twice: the second pass is a labelling of its own, which knows nothing of what the first says. 1: the first, whose labels count.
ALTER TABLE labellings ADD COLUMN pass INTEGER NOT NULL DEFAULT 1 CHECK (pass IN (1, 2));
