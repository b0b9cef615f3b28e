import { AtelierError } from '../shared/errors.ts';
import type { LabelHistoryLine, UndoState } from '../shared/labels.ts';
import type { Readable, Writable } from './connection.ts';
import { asInVersion, isMark, lineOf, marksRange, unpackMark } from './label-marks.ts';
import { classOf, classSubject, currentValue, isClass, unpackLabel, type Log } from './labellings.ts';

/**
 * The log of a labelling, and what can be undone in it.
 *
 * An *edit* gives subjects (samples, their marks, classes) new values. Each sample, with its marks, and each class has a line of the edits that
 * changed it, with a cursor in it: what is before the cursor holds, what is after it is undone. A new edit of it drops what is after its cursor:
 * that can never be redone.
 * - Undo *of a sample* steps its cursor back, redo of a sample steps it forward.
 * - Undo *across* takes the newest edit that holds of anything and steps back every subject of it that still holds; redo across takes back the
 *   newest undo, of either kind, unless any edit came after it.
 * Undo and redo are entries themselves; edits of one batch (more samples than fit one) are undone and redone across as one.
 *
 * Every function is one transaction, on disk when it returns.
 */

export interface Stamp {
  at: number;
  who: string;
}

/** What an entry has changed, as packed values. */
export interface Entry {
  number: number;
  batch: number;
  changes: { subject: number; after: string | null }[];
}

export interface EditOptions {
  /** The first edit that this one goes with. */
  batch?: number;
  /** That it was said counts, also where it changes nothing. */
  evenUnchanged?: boolean;
}

/** Null where nothing would change: then there is no entry. */
export function addEdit(
  db: Writable,
  log: Log,
  stamp: Stamp,
  values: Iterable<readonly [subject: number, after: string | null]>,
  { batch, evenUnchanged = false }: EditOptions = {},
): Entry | null {
  return db.transaction(() => {
    const changes = [...values]
      .map(([subject, after]) => ({ subject, before: currentValue(db, log, subject), after }))
      .filter(({ before, after }) => evenUnchanged || before !== after);
    if (changes.length === 0) return null;
    const entry = addEntry(db, log, stamp, 'edit', null, batch, changes);
    for (const subject of new Set(changes.map((change) => lineOf(change.subject)))) {
      db.run(`DELETE FROM label_stack WHERE labelling = ? AND subject = ? AND undone > 0`, [log.key, subject]);
      db.run(`INSERT INTO label_stack (labelling, subject, entry) VALUES (?, ?, ?)`, [log.key, subject, entry.number]);
    }
    db.run(`UPDATE labellings SET last_edit = ? WHERE key = ?`, [entry.number, log.key]);
    return entry;
  });
}

/** What to step back or forward: one sample, or across all; in the latter case only what is of this batch, where one is named. */
export interface Step {
  sample?: number;
  batch?: { of: number; into: number };
}

/** Null where there is nothing to undo. */
export function undo(db: Writable, log: Log, stamp: Stamp, { sample, batch }: Step = {}): Entry | null {
  return db.transaction(() => {
    const turn = undoable(db, log.key, sample);
    if (turn === null || (batch && batchOf(db, log.key, turn) !== batch.of)) return null;
    const subjects = sample === undefined ? subjectsOf(db, log.key, 0, turn) : [sample];
    return step(db, log, stamp, 'undo', turn, subjects, batch?.into);
  });
}

/** Null where there is nothing to redo. Throws `class_gone` where a sample's label is of a class whose making is undone. */
export function redo(db: Writable, log: Log, stamp: Stamp, { sample, batch }: Step = {}): Entry | null {
  return db.transaction(() => {
    if (sample === undefined) {
      const undone = redoable(db, log.key);
      if (undone === null || (batch && batchOf(db, log.key, undone) !== batch.of)) return null;
      const of = db.get<{ of: number }>(`SELECT of FROM label_entries WHERE labelling = ? AND number = ?`, [
        log.key,
        undone,
      ])!.of;
      return step(db, log, stamp, 'redo', of, subjectsOf(db, log.key, undone, of), batch?.into);
    }
    const next = db.get<{ entry: number | null }>(
      `SELECT min(entry) AS entry FROM label_stack WHERE labelling = ? AND subject = ? AND undone > 0`,
      [log.key, sample],
    )!.entry;
    return next === null ? null : step(db, log, stamp, 'redo', next, [sample]);
  });
}

export const canStep = (db: Readable, key: number): UndoState => ({
  undo: undoable(db, key) !== null,
  redo: redoable(db, key) !== null,
});

/** The batch that the next undo (`undo`) or redo across belongs to; null where there is none. */
export function nextBatch(db: Readable, key: number, act: 'undo' | 'redo'): number | null {
  const turn = act === 'undo' ? undoable(db, key) : redoable(db, key);
  return turn === null ? null : batchOf(db, key, turn);
}

/** What became of a sample and its marks, newest first. */
export function sampleHistory(db: Readable, log: Log, sample: number, limit = 200): LabelHistoryLine[] {
  const rows = db.all<
    Pick<LabelHistoryLine, 'entry' | 'at' | 'who' | 'act'> & {
      before: string | null;
      after: string | null;
      added: number;
      removed: number;
      marks: number;
    }
  >(
    `SELECT c.entry, e.at, e.who, e.act, c.before, c.after, c.added, c.removed, c.marks
       FROM (SELECT entry, max(before) FILTER (WHERE subject = @sample) AS before, max(after) FILTER (WHERE subject = @sample) AS after,
                    count(*) FILTER (WHERE subject <> @sample) AS marks, count(*) FILTER (WHERE subject <> @sample AND before IS NULL) AS added,
                    count(*) FILTER (WHERE subject <> @sample AND after IS NULL) AS removed
               FROM label_changes
              WHERE labelling = @key AND (subject = @sample OR (subject >= @from AND subject < @to))
              GROUP BY entry ORDER BY entry DESC LIMIT @limit) c
       JOIN label_entries e ON e.labelling = @key AND e.number = c.entry ORDER BY c.entry DESC`,
    { key: log.key, sample, from: marksRange(sample)[0], to: marksRange(sample)[1], limit },
  );
  // An entry of marks alone leaves the sample's label as it is.
  let now = unpackLabel(currentValue(db, log, sample)!);
  return rows.map(({ before, after, added, removed, marks, ...line }) => {
    const then = after === null ? now : unpackLabel(after);
    now = before === null ? then : unpackLabel(before);
    const counts = marks > 0 && { marks: { added, changed: marks - added - removed, removed } };
    return { ...line, before: now, after: then, ...counts };
  });
}

function undoable(db: Readable, key: number, subject?: number): number | null {
  const row =
    subject === undefined
      ? db.get<{ entry: number | null }>(
          `SELECT max(entry) AS entry FROM label_stack WHERE labelling = ? AND undone = 0`,
          [key],
        )
      : db.get<{ entry: number | null }>(
          `SELECT max(entry) AS entry FROM label_stack WHERE labelling = ? AND subject = ? AND undone = 0`,
          [key, subject],
        );
  return row!.entry;
}

/** The newest undo that can be redone across. */
const redoable = (db: Readable, key: number): number | null =>
  db.get<{ undone: number | null }>(
    `SELECT max(s.undone) AS undone FROM label_stack s JOIN labellings l ON l.key = s.labelling
      WHERE s.labelling = ? AND s.undone > l.last_edit`,
    [key],
  )!.undone;

const batchOf = (db: Readable, key: number, number: number): number =>
  db.get<{ batch: number }>(`SELECT batch FROM label_entries WHERE labelling = ? AND number = ?`, [key, number])!.batch;

const subjectsOf = (db: Readable, key: number, undone: number, entry: number): number[] =>
  db
    .all<{ subject: number }>(
      `SELECT subject FROM label_stack WHERE labelling = ? AND undone = ? AND entry = ? ORDER BY subject`,
      [key, undone, entry],
    )
    .map(({ subject }) => subject);

/** Undoes or redoes the edit `of` for these lines. */
function step(
  db: Writable,
  log: Log,
  stamp: Stamp,
  act: 'undo' | 'redo',
  of: number,
  lines: readonly number[],
  batch?: number,
): Entry {
  const changes = lines.flatMap((line) =>
    changesOf(db, log.key, of, line).map(({ subject, before, after }) =>
      act === 'undo' ? { subject, before: after, after: before } : { subject, before, after },
    ),
  );
  const entry = addEntry(db, log, stamp, act, of, batch, changes);
  for (const line of lines) {
    db.run(`UPDATE label_stack SET undone = ? WHERE labelling = ? AND subject = ? AND entry = ?`, [
      act === 'undo' ? entry.number : 0,
      log.key,
      line,
      of,
    ]);
  }
  if (act === 'redo') requireClasses(db, log, entry);
  return entry;
}

interface Change {
  subject: number;
  before: string | null;
  after: string | null;
}

/** What an entry has changed of a sample and its marks, or of a class. */
function changesOf(db: Readable, key: number, entry: number, line: number): Change[] {
  const own = db.get<Change>(
    `SELECT subject, before, after FROM label_changes WHERE labelling = ? AND subject = ? AND entry = ?`,
    [key, line, entry],
  );
  const marks = isClass(line)
    ? []
    : db.all<Change>(
        `SELECT subject, before, after FROM label_changes INDEXED BY label_changes_of_marks
          WHERE labelling = ? AND entry = ? AND subject >= 2147483648 AND subject >= ? AND subject < ? ORDER BY subject`,
        [key, entry, ...marksRange(line)],
      );
  return own ? [own, ...marks] : marks;
}

function requireClasses(db: Readable, log: Log, { changes }: Entry): void {
  const used = new Map<number, number>();
  for (const { subject, after } of changes) {
    if (isClass(subject) || after === null || after === asInVersion) continue;
    const ids = isMark(subject) ? [unpackMark(after).class] : unpackLabel(after).classes;
    for (const id of ids) used.set(id, lineOf(subject));
  }
  for (const [id, sample] of used) {
    if (currentValue(db, log, classSubject(id)) !== null) continue;
    throw new AtelierError(
      'class_gone',
      `Sample ${sample} cannot be redone by itself: the making of its class is undone. Redo across samples, or label it anew.`,
    );
  }
}

function addEntry(
  db: Writable,
  { key }: Log,
  { at, who }: Stamp,
  act: 'edit' | 'undo' | 'redo',
  of: number | null,
  batch: number | undefined,
  changes: readonly Change[],
): Entry {
  const { number } = db.get<{ number: number }>(`SELECT last_entry + 1 AS number FROM labellings WHERE key = ?`, [
    key,
  ])!;
  db.run(`INSERT INTO label_entries (labelling, number, at, who, act, of, batch) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
    key,
    number,
    at,
    who,
    act,
    of,
    batch ?? number,
  ]);
  db.run(`UPDATE labellings SET last_entry = ? WHERE key = ?`, [number, key]);
  for (const { subject, before, after } of changes) {
    db.run(`INSERT INTO label_changes (labelling, subject, entry, before, after) VALUES (?, ?, ?, ?, ?)`, [
      key,
      subject,
      number,
      before,
      after,
    ]);
    put(db, key, subject, after);
  }
  return { number, batch: batch ?? number, changes: changes.map(({ subject, after }) => ({ subject, after })) };
}

function put(db: Writable, key: number, subject: number, value: string | null): void {
  if (isClass(subject)) {
    db.run(
      `INSERT INTO label_classes (labelling, class, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      [key, classOf(subject), value],
    );
  } else if (isMark(subject) && value === asInVersion) {
    db.run(`DELETE FROM label_marks WHERE labelling = ? AND subject = ?`, [key, subject]);
  } else if (isMark(subject)) {
    db.run(
      `INSERT INTO label_marks (labelling, subject, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      [key, subject, value],
    );
  } else {
    db.run(
      `INSERT INTO label_samples (labelling, sample, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      [key, subject, value],
    );
  }
}
