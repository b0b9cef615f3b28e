import { flagProblems } from '../../datasets/annotations/geometry.ts';
import { packMark, type MarkValue } from '../../db/label-marks.ts';
import { problemFlags, type ImageObject } from '../../shared/annotation.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { SampleLabel } from '../../shared/labels.ts';
import { markTypes, mostMarks, type MarkEdit, type MarkedKind, type MarkShape } from '../../shared/marks.ts';
import { usableClass, type Classes } from './said.ts';

/** What is marked in one sample. */
export interface SampleMarks {
  /** As the version says it, by number from 1. */
  version: readonly MarkValue[];
  /** As it stands, by number. */
  now: Map<number, MarkValue>;
  /** The greatest number that was ever given. */
  last: number;
  /** An image's, where it is known. */
  size: { width: number; height: number } | null;
}

/** What becomes of marks; null: it goes. */
export type MarkChanges = Map<number, MarkValue | null>;

/**
 * What a person's edits make of a sample's marks, one after the other. Relations go with what they join.
 * Throws `no_such_mark`, `no_such_class`, `bad_mark`, `too_many_marks`.
 */
export function markChanges(
  held: SampleMarks,
  edits: readonly MarkEdit[],
  kind: MarkedKind,
  classes: Classes,
): MarkChanges {
  const changes: MarkChanges = new Map();
  const find = (number: number): MarkValue => {
    const mark = changes.has(number) ? changes.get(number) : held.now.get(number);
    if (mark) return mark;
    throw new AtelierError('no_such_mark', `There is no mark ${number} in this sample. Undo may bring it back.`);
  };
  let { last } = held;
  for (const edit of edits) {
    if (edit.act === 'remove') {
      find(edit.number);
      changes.set(edit.number, null);
    } else if (edit.act === 'accept') {
      changes.set(edit.number, accepted(find(edit.number)));
    } else {
      const before = edit.number === undefined ? null : find(edit.number);
      const shape = putShape(before?.shape ?? null, edit.shape, held.size);
      requireShape(shape, kind, find);
      const mark = { class: usableClass(classes, edit.class).id, suggested: false, confidence: null, shape };
      changes.set(edit.number ?? nextNumber(last++), mark);
    }
  }
  if (kind === 'spans') dropUnjoined(held, changes);
  return changes;
}

/**
 * Suggestions in the place of earlier ones; what a person has said stays. `by`: what makes them. Throws as `markChanges`.
 */
export function suggestedChanges(
  held: SampleMarks,
  given: readonly { class: number; confidence: number | null; shape: MarkShape }[],
  kind: MarkedKind,
  classes: Classes,
  by: string,
): MarkChanges {
  const changes: MarkChanges = new Map();
  const earlier = new Map<string, number>();
  for (const [number, mark] of held.now) {
    if (!mark.suggested) continue;
    earlier.set(packMark({ ...mark, by: undefined }), number);
    changes.set(number, null);
  }
  let { last } = held;
  for (const { class: id, confidence, shape: said } of given) {
    const shape = putShape(null, said, held.size);
    requireShape(shape, kind, () => {
      throw new AtelierError('bad_mark', 'Relations are not suggested: mark what they join first.');
    });
    const mark = { class: usableClass(classes, id).id, suggested: true, confidence, shape };
    // What is suggested again stays as it is, whoever suggests it now.
    const same = earlier.get(packMark(mark));
    if (same !== undefined && changes.delete(same)) continue;
    changes.set(nextNumber(last++), { ...mark, by });
  }
  if (kind === 'spans') dropUnjoined(held, changes);
  return changes;
}

export const accepted = ({ by: _, ...mark }: MarkValue): MarkValue => ({ ...mark, suggested: false, confidence: null });

/** Marks after these changes. */
export function* marksAfter({ now }: SampleMarks, changes: MarkChanges): Generator<MarkValue> {
  for (const [number, mark] of now) if (!changes.has(number)) yield mark;
  for (const mark of changes.values()) if (mark) yield mark;
}

/** A sample's label follows from its marks: their classes, and of suggestions how sure the surest is. */
export function labelOf(now: SampleLabel, state: SampleLabel['state'], marks: Iterable<MarkValue>): SampleLabel {
  const classes = new Set<number>();
  let confidence: number | null = null;
  for (const mark of marks) {
    classes.add(mark.class);
    if (mark.suggested) confidence = Math.max(confidence ?? 0, mark.confidence ?? 0);
  }
  return {
    ...now,
    state,
    classes: [...classes].sort((a, b) => a - b),
    confidence: state === 'suggested' ? confidence : null,
  };
}

function nextNumber(last: number): number {
  if (last < mostMarks) return last + 1;
  throw new AtelierError('too_many_marks', `A sample can have ${mostMarks} marks, those that are gone counted.`);
}

/** What is not said anew of a mark stays: its id, attributes, flags, extra. What is wrong with it is found out anew. */
function putShape(before: MarkShape | null, said: MarkShape, size: SampleMarks['size']): MarkShape {
  const { id, attributes, flags, extra } = before ?? {};
  const shape: MarkShape = {
    ...(id !== undefined && { id }),
    ...(attributes && { attributes }),
    ...(flags && { flags }),
    ...(extra && { extra }),
    ...said,
  };
  if (!('box' in shape) || !size) return shape;
  const kept = Object.entries(shape.flags ?? {}).filter(([flag, is]) => !(is && problemFlags.includes(flag as never)));
  const { flags: _, ...rest } = shape;
  const checked: ImageObject = { ...rest, class: '', ...(kept.length > 0 && { flags: Object.fromEntries(kept) }) };
  flagProblems(checked, size.width, size.height);
  const { class: _class, ...done } = checked;
  return done;
}

function requireShape(shape: MarkShape, kind: MarkedKind, find: (number: number) => MarkValue): void {
  if (!markTypes[kind].includes(shape.type)) {
    throw new AtelierError(
      'bad_mark',
      `A ${shape.type} is no mark of this labelling: ${markTypes[kind].join(', ')} are.`,
    );
  }
  if ((shape.type === 'span' || shape.type === 'segment') && !(shape.end > shape.start)) {
    throw new AtelierError(
      'bad_mark',
      `A ${shape.type} must end after it begins: ${shape.start} to ${shape.end} does not.`,
    );
  }
  if (shape.type === 'relation' && [shape.from, shape.to].some((number) => find(number).shape.type !== 'span')) {
    throw new AtelierError('bad_mark', 'A relation joins two spans.');
  }
}

function dropUnjoined({ now }: SampleMarks, changes: MarkChanges): void {
  const gone = new Set([...changes].flatMap(([number, mark]) => (mark === null ? [number] : [])));
  if (gone.size === 0) return;
  const drop = (number: number, mark: MarkValue | null): void => {
    if (mark?.shape.type === 'relation' && (gone.has(mark.shape.from) || gone.has(mark.shape.to)))
      changes.set(number, null);
  };
  for (const [number, mark] of now) if (!changes.has(number)) drop(number, mark);
  for (const [number, mark] of changes) drop(number, mark);
}
