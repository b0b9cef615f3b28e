import * as v from 'valibot';
import { annotationFlags } from './annotation.ts';

/**
 * Which samples are meant: those that meet every condition of a list. What a chart, a menu, the SQL box or a command line asks for is
 * said in these, and in nothing else.
 */

const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const column = text(1000);
const finite = v.pipe(v.number(), v.finite());
/** A cell may be long; one that is chosen by its value seldom is. */
const value = text(100_000);

export const soundMeasures = ['seconds', 'loudness', 'peak'] as const;

export const conditionSchema = v.variant('kind', [
  /** The cell is one of these, letter by letter. */
  v.object({ kind: v.literal('values'), column, values: v.pipe(v.array(value), v.minLength(1), v.maxLength(1000)) }),
  /** A number with from ≤ it < to, or ≤ to where `closed`. */
  v.object({
    kind: v.literal('range'),
    column,
    from: v.optional(finite),
    to: v.optional(finite),
    closed: v.optional(v.boolean()),
  }),
  /** The cell is missing (in a column of numbers: is none), or is not. */
  v.object({ kind: v.literal('missing'), column, missing: v.boolean() }),
  /** The cell has this text in it, whatever its case. */
  v.object({ kind: v.literal('contains'), column, text: v.pipe(value, v.minLength(1)) }),
  /** A text of from ≤ so many words < to. */
  v.object({ kind: v.literal('length'), column, from: finite, to: v.optional(finite) }),
  /** A text with this word, whatever its case. */
  v.object({ kind: v.literal('word'), column, word: v.pipe(value, v.minLength(1)) }),
  v.object({
    kind: v.literal('split'),
    splits: v.pipe(v.array(v.picklist(['train', 'validation', 'test'])), v.minLength(1), v.maxLength(3)),
  }),
  v.object({ kind: v.literal('class'), classes: v.pipe(v.array(value), v.minLength(1), v.maxLength(1000)) }),
  v.object({ kind: v.literal('labelled'), labelled: v.boolean() }),
  /** With an annotation of this class, of this flag, or of both in one. */
  v.object({ kind: v.literal('mark'), class: v.optional(value), flag: v.optional(v.picklist(annotationFlags)) }),
  /** A sound so long, in seconds, or so loud (RMS), in dB below full scale: from ≤ it < to, or ≤ to where `closed`. Silence has no loudness. */
  v.object({
    kind: v.literal('sound'),
    what: v.picklist(soundMeasures),
    from: v.optional(finite),
    to: v.optional(finite),
    closed: v.optional(v.boolean()),
  }),
  /** One of these, as `packSamples` writes their numbers; `name` says in a word which those are. */
  v.object({
    kind: v.literal('samples'),
    samples: v.pipe(v.string(), v.maxLength(20_000_000), v.regex(/^(?:\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)?$/)),
    name: v.optional(text(200)),
  }),
  /** A boolean expression of SQL over the columns by their names. */
  v.object({ kind: v.literal('sql'), expression: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(10_000)) }),
]);
export type Condition = v.InferOutput<typeof conditionSchema>;
export type ConditionOf<K extends Condition['kind']> = Extract<Condition, { kind: K }>;

export const filterSchema = v.pipe(v.array(conditionSchema), v.maxLength(64));
/** All of these hold; an empty one is met by every sample. */
export type Filter = readonly Condition[];

/** What a condition is about: a new one takes the place of the old one about the same thing. */
export function subjectOf(condition: Condition): string {
  switch (condition.kind) {
    case 'split':
    case 'samples':
      return condition.kind;
    case 'class':
    case 'labelled':
      return 'label';
    case 'sql':
      return `sql ${condition.expression}`;
    case 'sound':
      return `sound ${condition.what}`;
    case 'word':
    case 'mark':
    case 'contains':
      return JSON.stringify(condition);
    default:
      return `column ${condition.column}`;
  }
}

/** The filter with this condition in it; taken out of it, where it is there already. */
export function toggled(filter: Filter, condition: Condition): Condition[] {
  const same = JSON.stringify(condition);
  const rest = filter.filter((one) => subjectOf(one) !== subjectOf(condition));
  return filter.some((one) => JSON.stringify(one) === same) ? rest : [...rest, condition];
}

/**
 * Like `toggled`, but what is chosen already stays: values join the values there are, and a range grows to take the new one in.
 */
export function extended(filter: Filter, condition: Condition): Condition[] {
  const before = filter.find((one) => subjectOf(one) === subjectOf(condition));
  const both = before && joined(before, condition);
  return both ? filter.map((one) => (one === before ? both : one)) : toggled(filter, condition);
}

function joined(before: Condition, more: Condition): Condition | null {
  if (before.kind === 'values' && more.kind === 'values')
    return { ...before, values: union(before.values, more.values) };
  if (before.kind === 'class' && more.kind === 'class')
    return { ...before, classes: union(before.classes, more.classes) };
  if (before.kind === 'split' && more.kind === 'split') return { ...before, splits: union(before.splits, more.splits) };
  if ((before.kind === 'range' && more.kind === 'range') || (before.kind === 'sound' && more.kind === 'sound')) {
    const from = least(before.from, more.from, Math.min);
    const to = least(before.to, more.to, Math.max);
    const closed = (to === before.to && before.closed) || (to === more.to && more.closed);
    const ends = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const rest = { ...ends, ...(closed ? { closed } : {}) };
    return more.kind === 'range'
      ? { kind: 'range', column: more.column, ...rest }
      : { kind: 'sound', what: more.what, ...rest };
  }
  return null;
}

const least = (a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) =>
  a === undefined || b === undefined ? undefined : pick(a, b);

/** What is in both is taken out of the first, unless nothing would be left. */
function union<T>(values: readonly T[], more: readonly T[]): T[] {
  const rest = values.filter((value) => !more.includes(value));
  const added = more.filter((value) => !values.includes(value));
  return rest.length + added.length === 0 ? [...values] : [...rest, ...added];
}

/** Whether each column that a condition names is there. */
export function fits(condition: Condition, columns: ReadonlySet<string>): boolean {
  return !('column' in condition) || columns.has(condition.column);
}

/** Sample numbers as text, runs as their ends: "0-4,7,9-12". Any order, any number of times. */
export function packSamples(samples: Iterable<number>): string {
  const sorted = Int32Array.from(samples).sort();
  const runs: string[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i];
    while (i + 1 < sorted.length && sorted[i + 1] - sorted[i] <= 1) i++;
    runs.push(sorted[i] === first ? String(first) : `${first}-${sorted[i]}`);
  }
  return runs.join(',');
}

/** Marks the samples of `packed` in a row of `count`; what lies beyond it is none of them. */
export function unpackSamples(packed: string, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (const run of packed === '' ? [] : packed.split(',')) {
    const [first, last = first] = run.split('-').map(Number);
    marks.fill(1, Math.min(first, count), Math.min(last + 1, count));
  }
  return marks;
}
