import { blank, type LabelClass, type LabellingKind, type LabellingPass, type SampleLabel } from '../shared/labels.ts';
import type { DatasetId, LabellingId, VersionId } from '../shared/ids.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Readable, Writable } from './connection.ts';
import { asInVersion, isMark, numberOfMark, sampleOfMark } from './label-marks.ts';

/** What a version's annotations say of marks, without what these are. */
export interface VersionMarks {
  /** How many each sample has: they are its marks 1, 2, 3 … */
  counts: Int32Array;
  /** Ids of classes here, by their names there. */
  classes: ReadonlyMap<string, number>;
}

/** A labelling's row. `base`: what holds of samples of which nothing was said since, by class id, 0 for none. */
export interface Labelling {
  key: number;
  id: LabellingId;
  dataset: DatasetId;
  version: VersionId;
  kind: LabellingKind;
  /** Who labels a second time knows nothing of the first: its base is empty. */
  pass: LabellingPass;
  /** The column that labels go to; of judged kinds the columns that are judged: see `packJudged`. */
  target: string | null;
  createdAt: number;
  samples: number;
  base: Int32Array;
  /** Samples that the version says to be of several classes: all of them, ascending. */
  several: Record<number, number[]>;
  /** Null where classes are said of whole samples. */
  marks: VersionMarks | null;
}

/** A subject of the log: a sample by its number, a class by -1 - its id. */
export const classSubject = (id: number): number => -1 - id;
export const isClass = (subject: number): boolean => subject < 0;
export const classOf = (subject: number): number => -1 - subject;

/** As the database has it: the same label is the same text. */
export function packLabel({ state, classes, confidence, note }: SampleLabel): string {
  return JSON.stringify({
    state,
    ...(classes.length > 0 && { classes }),
    ...(confidence !== null && { confidence }),
    ...(note !== '' && { note }),
  });
}
export const unpackLabel = (value: string): SampleLabel => ({
  ...blank,
  ...(JSON.parse(value) as Partial<SampleLabel>),
});

export const packClass = ({ name, colour, place, mergedInto, removed }: LabelClass): string =>
  JSON.stringify({ name, colour, place, mergedInto, removed });
export const unpackClass = (id: number, value: string): LabelClass => ({
  id,
  ...(JSON.parse(value) as Omit<LabelClass, 'id'>),
});

type Row = Omit<Labelling, 'base' | 'several' | 'marks'> & {
  base: Uint8Array;
  several: string | null;
  counts: Uint8Array | null;
  classes: string | null;
};
const int32s = (bytes: Uint8Array): Int32Array =>
  new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const bytesOf = (values: Int32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const labelling = ({ base, several, counts, classes, ...row }: Row): Labelling => ({
  ...row,
  base: int32s(base),
  several: several === null ? {} : (JSON.parse(several) as Labelling['several']),
  marks: counts && { counts: int32s(counts), classes: new Map(JSON.parse(classes!) as [string, number][]) },
});

export function getLabelling(db: Readable, id: LabellingId): Labelling {
  const row = db.get<Row>(
    `SELECT key, id, dataset, version, kind, pass, target, created_at AS createdAt, samples, base, base_several AS several,
            base_marks AS counts, base_classes AS classes
       FROM labellings WHERE id = ?`,
    [id],
  );
  if (!row) throw new AtelierError('no_such_labelling', `There is no labelling "${id}" in this workspace.`);
  return labelling(row);
}

/** The newest one of these samples, by this column, of this kind and pass; null where there is none. */
export function findLabelling(
  db: Readable,
  identity: string,
  target: string | null,
  kind: LabellingKind,
  pass: LabellingPass = 1,
): LabellingId | null {
  const row = db.get<{ id: LabellingId }>(
    `SELECT l.id FROM labelling_samples s JOIN labellings l ON l.key = s.labelling
      WHERE s.identity = ? AND l.target IS ? AND l.kind = ? AND l.pass = ? ORDER BY l.key DESC LIMIT 1`,
    [identity, target, kind, pass],
  );
  return row?.id ?? null;
}

/** By which column the newest one of these samples and this kind is; null where there is none. */
export const newestTarget = (db: Readable, identity: string, kind: LabellingKind): string | null =>
  db.get<{ target: string | null }>(
    `SELECT l.target FROM labelling_samples s JOIN labellings l ON l.key = s.labelling
      WHERE s.identity = ? AND l.kind = ? ORDER BY l.key DESC LIMIT 1`,
    [identity, kind],
  )?.target ?? null;

/** All of a dataset, newest first. */
export function listLabellings(
  db: Readable,
  dataset: DatasetId,
): {
  id: LabellingId;
  kind: LabellingKind;
  pass: LabellingPass;
  target: string | null;
  createdAt: number;
  lastEntry: number;
}[] {
  return db.all(
    `SELECT id, kind, pass, target, created_at AS createdAt, last_entry AS lastEntry FROM labellings WHERE dataset = ? ORDER BY key DESC`,
    [dataset],
  );
}

export function insertLabelling(
  db: Writable,
  {
    base,
    several = {},
    marks = null,
    pass = 1,
    ...row
  }: Omit<Labelling, 'key' | 'several' | 'marks' | 'pass'> & Partial<Pick<Labelling, 'several' | 'marks' | 'pass'>>,
  identity: string,
  classes: readonly LabelClass[],
): void {
  db.transaction(() => {
    const { lastInsertRowid: key } = db.run(
      `INSERT INTO labellings (id, dataset, version, kind, pass, target, created_at, samples, base, base_several, base_marks, base_classes)
       VALUES (@id, @dataset, @version, @kind, @pass, @target, @createdAt, @samples, @base, @several, @counts, @classes)`,
      {
        ...row,
        pass,
        base: bytesOf(base),
        several: Object.keys(several).length > 0 ? JSON.stringify(several) : null,
        counts: marks && bytesOf(marks.counts),
        classes: marks && JSON.stringify([...marks.classes]),
      },
    );
    for (const one of classes)
      db.run(`INSERT INTO label_classes (labelling, class, value) VALUES (?, ?, ?)`, [key, one.id, packClass(one)]);
    db.run(`INSERT INTO labelling_samples (identity, labelling) VALUES (?, ?)`, [identity, key]);
  });
}

/** A version made of a labelling has the same samples under another name. */
export function addIdentity(db: Writable, id: LabellingId, identity: string): void {
  db.run(`INSERT OR IGNORE INTO labelling_samples (identity, labelling) SELECT ?, key FROM labellings WHERE id = ?`, [
    identity,
    id,
  ]);
}

/** Every name under which that labelling has its samples. */
export const identitiesOf = (db: Readable, id: LabellingId): string[] =>
  db
    .all<{ identity: string }>(
      `SELECT s.identity FROM labelling_samples s JOIN labellings l ON l.key = s.labelling WHERE l.id = ? ORDER BY s.identity`,
      [id],
    )
    .map(({ identity }) => identity);

/** Classes that are there, in their order. */
export function labelClasses(db: Readable, key: number): LabelClass[] {
  return db
    .all<{ class: number; value: string }>(
      `SELECT class, value FROM label_classes WHERE labelling = ? AND value IS NOT NULL`,
      [key],
    )
    .map((row) => unpackClass(row.class, row.value))
    .sort((a, b) => a.place - b.place || a.id - b.id);
}

/** One that was never given. */
export const nextClassId = (db: Readable, key: number): number =>
  db.get<{ next: number }>(`SELECT coalesce(max(class), 0) + 1 AS next FROM label_classes WHERE labelling = ?`, [key])!
    .next;

export const baseLabel = (base: Int32Array, sample: number, several: Labelling['several'] = {}): SampleLabel =>
  base[sample] === 0 ? blank : { ...blank, state: 'labelled', classes: several[sample] ?? [base[sample]] };

/** What the log must know of a labelling. */
export type Log = Pick<Labelling, 'key' | 'base' | 'several' | 'marks'>;

/** What holds of a subject, packed; null: a class or mark that is not there. */
export function currentValue(db: Readable, { key, base, several, marks }: Log, subject: number): string | null {
  if (isMark(subject)) {
    const row = db.get<{ value: string | null }>(`SELECT value FROM label_marks WHERE labelling = ? AND subject = ?`, [
      key,
      subject,
    ]);
    if (row) return row.value;
    const number = numberOfMark(subject);
    return number > 0 && number <= (marks?.counts[sampleOfMark(subject)] ?? 0) ? asInVersion : null;
  }
  if (isClass(subject)) {
    return (
      db.get<{ value: string | null }>(`SELECT value FROM label_classes WHERE labelling = ? AND class = ?`, [
        key,
        classOf(subject),
      ])?.value ?? null
    );
  }
  const row = db.get<{ value: string }>(`SELECT value FROM label_samples WHERE labelling = ? AND sample = ?`, [
    key,
    subject,
  ]);
  return row?.value ?? packLabel(baseLabel(base, subject, several));
}

/** What was said since, some at a time; of all others the base holds. */
export function* saidInPages(db: Readable, key: number): Generator<{ sample: number; label: SampleLabel }[]> {
  for (let last = -1; ;) {
    const rows = db.all<{ sample: number; value: string }>(
      `SELECT sample, value FROM label_samples WHERE labelling = ? AND sample > ? ORDER BY sample LIMIT 1000`,
      [key, last],
    );
    if (rows.length === 0) return;
    last = rows[rows.length - 1].sample;
    yield rows.map(({ sample, value }) => ({ sample, label: unpackLabel(value) }));
  }
}

/** The same, all at once. */
export function* eachSaid(db: Readable, key: number): Generator<{ sample: number; label: SampleLabel }> {
  for (const page of saidInPages(db, key)) yield* page;
}
