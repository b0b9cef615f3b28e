import type { Readable } from './connection.ts';
import { isMark, marksRange, numberOfMark } from './label-marks.ts';
import { classSubject } from './labellings.ts';

/**
 * Disagreements of two passes that were settled: entries of the first pass's log by `settled:<whose answer>`. What the first pass itself had said
 * is what held before the first of them that still holds; whatever was said of the sample after that belongs to the settling.
 */
export const settledBy = 'settled:';

/** Samples that are settled, each with the entry that began it. */
export function settledSamples(db: Readable, key: number): Map<number, number> {
  const rows = db.all<{ sample: number; entry: number }>(
    `SELECT s.subject AS sample, min(s.entry) AS entry
       FROM label_stack s JOIN label_entries e ON e.labelling = s.labelling AND e.number = s.entry
      WHERE s.labelling = ? AND s.undone = 0 AND s.subject >= 0 AND e.who >= 'settled:' AND e.who < 'settled;'
      GROUP BY s.subject`,
    [key],
  );
  return new Map(rows.map(({ sample, entry }) => [sample, entry]));
}

/** What held of a sample before an entry that changed it, packed. */
export const labelBefore = (db: Readable, key: number, sample: number, entry: number): string =>
  db.get<{ before: string }>(`SELECT before FROM label_changes WHERE labelling = ? AND subject = ? AND entry = ?`, [
    key,
    sample,
    entry,
  ])!.before;

/** What held before an entry of those marks of a sample that it, or any since, has changed; packed, null: it was not there. */
export function marksBefore(db: Readable, key: number, sample: number, entry: number): Map<number, string | null> {
  const rows = db.all<{ subject: number; before: string | null }>(
    `SELECT subject, before FROM label_changes
      WHERE labelling = ? AND subject >= ? AND subject < ? AND entry >= ? ORDER BY subject, entry DESC`,
    [key, ...marksRange(sample), entry],
  );
  // The earliest of each comes last.
  return new Map(rows.filter(({ subject }) => isMark(subject)).map((row) => [numberOfMark(row.subject), row.before]));
}

/** Every name that a class ever had. */
export function classNames(db: Readable, key: number, id: number): Set<string> {
  const rows = db.all<{ value: string | null }>(
    `SELECT before AS value FROM label_changes WHERE labelling = @key AND subject = @subject
      UNION SELECT after FROM label_changes WHERE labelling = @key AND subject = @subject
      UNION SELECT value FROM label_classes WHERE labelling = @key AND class = @id`,
    { key, subject: classSubject(id), id },
  );
  return new Set(rows.flatMap(({ value }) => (value === null ? [] : [(JSON.parse(value) as { name: string }).name])));
}

/** The name that a class began with. */
export const firstName = (db: Readable, key: number, id: number): string | null => {
  const row = db.get<{ value: string | null }>(
    `SELECT coalesce((SELECT coalesce(before, after) FROM label_changes WHERE labelling = @key AND subject = @subject ORDER BY entry LIMIT 1),
                     (SELECT value FROM label_classes WHERE labelling = @key AND class = @id)) AS value`,
    { key, subject: classSubject(id), id },
  );
  return row?.value ? (JSON.parse(row.value) as { name: string }).name : null;
};
