import { AtelierError } from '../shared/errors.ts';
import type { LabelHistoryLine, UndoState } from '../shared/labels.ts';
import type { Readable, Writable } from './connection.ts';
import { classOf, classSubject, currentValue, isClass, unpackLabel, type Labelling } from './labellings.ts';

/**
 * The log of a labelling, and what can be undone in it.
 *
 * An *edit* gives subjects (samples, classes) new values. Each subject has a line of the edits that changed it, with a cursor in it: what is
 * before the cursor holds, what is after it is undone. A new edit of a subject drops what is after its cursor: that can never be redone.
 * - Undo *of a sample* steps its cursor back, redo of a sample steps it forward.
 * - Undo *across* takes the newest edit that holds of anything and steps back every subject of it that still holds; redo across takes back the
 *   newest undo, of either kind, unless any edit came after it.
 * Undo and redo are entries themselves; edits of one batch (more samples than fit one) are undone and redone across as one.
 *
 * Every function is one transaction, on disk when it returns.
 */

type Log = Pick<Labelling, 'key' | 'base'>;

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

/** Null where nothing would change: then there is no entry. `batch`: the first edit that this one goes with. */
export function addEdit(
  db: Writable,
  log: Log,
  stamp: Stamp,
  values: Iterable<readonly [subject: number, after: string | null]>,
  batch?: number,
): Entry | null {
  return db.transaction(() => {
    const changes = [...values]
      .map(([subject, after]) => ({ subject, before: currentValue(db, log, subject), after }))
      .filter(({ before, after }) => before !== after);
    if (changes.length === 0) return null;
    const entry = addEntry(db, log, stamp, 'edit', null, batch, changes);
    for (const { subject } of changes) {
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

/** What became of a sample, newest first. */
export function sampleHistory(db: Readable, key: number, sample: number, limit = 200): LabelHistoryLine[] {
  return db
    .all<Omit<LabelHistoryLine, 'before' | 'after'> & { before: string; after: string }>(
      `SELECT c.entry, e.at, e.who, e.act, c.before, c.after
         FROM label_changes c JOIN label_entries e ON e.labelling = c.labelling AND e.number = c.entry
        WHERE c.labelling = ? AND c.subject = ? ORDER BY c.entry DESC LIMIT ?`,
      [key, sample, limit],
    )
    .map((line) => ({ ...line, before: unpackLabel(line.before), after: unpackLabel(line.after) }));
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

/** Undoes or redoes the edit `of` for these subjects. */
function step(
  db: Writable,
  log: Log,
  stamp: Stamp,
  act: 'undo' | 'redo',
  of: number,
  subjects: readonly number[],
  batch?: number,
): Entry {
  const changes = subjects.map((subject) => {
    const change = db.get<{ before: string | null; after: string | null }>(
      `SELECT before, after FROM label_changes WHERE labelling = ? AND subject = ? AND entry = ?`,
      [log.key, subject, of],
    )!;
    const [before, after] = act === 'undo' ? [change.after, change.before] : [change.before, change.after];
    return { subject, before, after };
  });
  const entry = addEntry(db, log, stamp, act, of, batch, changes);
  for (const subject of subjects) {
    db.run(`UPDATE label_stack SET undone = ? WHERE labelling = ? AND subject = ? AND entry = ?`, [
      act === 'undo' ? entry.number : 0,
      log.key,
      subject,
      of,
    ]);
    if (act === 'redo') requireClasses(db, log, subject);
  }
  return entry;
}

function requireClasses(db: Readable, log: Log, subject: number): void {
  if (isClass(subject)) return;
  for (const id of unpackLabel(currentValue(db, log, subject)!).classes) {
    if (currentValue(db, log, classSubject(id)) !== null) continue;
    throw new AtelierError(
      'class_gone',
      `Sample ${subject} cannot be redone by itself: the making of its class is undone. Redo across samples, or label it anew.`,
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
  changes: readonly { subject: number; before: string | null; after: string | null }[],
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
  } else {
    db.run(
      `INSERT INTO label_samples (labelling, sample, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      [key, subject, value],
    );
  }
}
