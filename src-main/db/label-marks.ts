import type { Mark, MarkShape } from '../shared/marks.ts';
import { mostMarks } from '../shared/marks.ts';
import type { Readable } from './connection.ts';

/** What a mark is in the log and the table of marks. Its subject is above all samples' numbers; those of one sample lie together. */

const perSample = mostMarks + 1;
const firstSubject = 2 ** 31;

export const markSubject = (sample: number, number: number): number => firstSubject + sample * perSample + number;
export const isMark = (subject: number): boolean => subject >= firstSubject;
export const sampleOfMark = (subject: number): number => Math.floor((subject - firstSubject) / perSample);
export const numberOfMark = (subject: number): number => (subject - firstSubject) % perSample;
/** The subjects of a sample's marks: from the first up to, and without, the second. */
export const marksRange = (sample: number): [number, number] => [markSubject(sample, 0), markSubject(sample + 1, 0)];
/** Whose undo a subject belongs to: a mark to its sample's. */
export const lineOf = (subject: number): number => (isMark(subject) ? sampleOfMark(subject) : subject);

/** The value of a mark that is as the version says it. */
export const asInVersion = '"version"';

export type MarkValue = Omit<Mark, 'sample' | 'number'>;

/** The same mark is the same text. */
export function packMark({ class: id, suggested, confidence, by, shape }: MarkValue): string {
  return JSON.stringify({
    class: id,
    ...(suggested && { suggested }),
    ...(suggested && confidence !== null && { confidence }),
    ...(suggested && by !== undefined && { by }),
    shape,
  });
}
export function unpackMark(value: string): MarkValue {
  const { class: id, suggested = false, confidence = null, by, shape } = JSON.parse(value) as Partial<MarkValue>;
  return { class: id!, suggested, confidence, ...(by !== undefined && { by }), shape: shape as MarkShape };
}

/** What was said of a sample's marks: null, gone. */
export const saidMarks = (db: Readable, key: number, sample: number): { number: number; value: string | null }[] =>
  db
    .all<{ subject: number; value: string | null }>(
      `SELECT subject, value FROM label_marks WHERE labelling = ? AND subject >= ? AND subject < ? ORDER BY subject`,
      [key, ...marksRange(sample)],
    )
    .map(({ subject, value }) => ({ number: numberOfMark(subject), value }));

/** Suggestions that are at least so sure, by sample. */
export function sureMarks(db: Readable, key: number, atLeast: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const rows = db.all<{ subject: number }>(
    `SELECT subject FROM label_marks WHERE labelling = ? AND suggested IS NOT NULL AND suggested >= ? ORDER BY subject`,
    [key, atLeast],
  );
  for (const { subject } of rows) {
    const sample = sampleOfMark(subject);
    found.set(sample, [...(found.get(sample) ?? []), numberOfMark(subject)]);
  }
  return found;
}

/** All suggestions, by sample. `type`: of their shape. */
export const suggestedMarks = (db: Readable, key: number): { sample: number; confidence: number; type: string }[] =>
  db
    .all<{ subject: number; suggested: number; type: string }>(
      `SELECT subject, suggested, value ->> '$.shape.type' AS type FROM label_marks
       WHERE labelling = ? AND suggested IS NOT NULL ORDER BY subject`,
      [key],
    )
    .map(({ subject, suggested, type }) => ({ sample: sampleOfMark(subject), confidence: suggested, type }));

/** Samples of whose marks anything was ever said, ascending. */
export function markedSamples(db: Readable, key: number): number[] {
  const found: number[] = [];
  for (let from = firstSubject; ;) {
    const next = db.get<{ subject: number | null }>(
      `SELECT min(subject) AS subject FROM label_marks WHERE labelling = ? AND subject >= ?`,
      [key, from],
    )!.subject;
    if (next === null) return found;
    found.push(sampleOfMark(next));
    from = markSubject(sampleOfMark(next) + 1, 0);
  }
}
