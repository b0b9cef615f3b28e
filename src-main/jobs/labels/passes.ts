import type { Readable } from '../../db/connection.ts';
import { asInVersion, unpackMark, type MarkValue } from '../../db/label-marks.ts';
import { classNames, firstName, labelBefore, marksBefore, settledSamples } from '../../db/label-settled.ts';
import {
  currentValue,
  findLabelling,
  getLabelling,
  identitiesOf,
  labelClasses,
  saidInPages,
  unpackLabel,
  type Labelling,
} from '../../db/labellings.ts';
import type { AgreementQuestion, AnswerMark, ComparedMarks } from '../../shared/agreement.ts';
import { AtelierError } from '../../shared/errors.ts';
import {
  isMarkedKind,
  resolvedClass,
  settledStates,
  type LabelClass,
  type LabellingPass,
  type SampleLabel,
} from '../../shared/labels.ts';
import type { MarkBook } from './mark-book.ts';
import { usedClasses } from './said.ts';

/** Both passes of the same samples. */
export interface Passes {
  first: Labelling;
  second: Labelling;
}

/** The other pass of a labelling's samples; null where it was never begun. */
export function otherPass(db: Readable, log: Labelling): Labelling | null {
  const pass: LabellingPass = log.pass === 1 ? 2 : 1;
  for (const identity of identitiesOf(db, log.id)) {
    const found = findLabelling(db, identity, log.target, log.kind, pass);
    if (found) return getLabelling(db, found);
  }
  return null;
}

/** Throws `no_second_pass`. */
export function passesOf(db: Readable, log: Labelling): Passes {
  const other = otherPass(db, log);
  if (other) return log.pass === 1 ? { first: log, second: other } : { first: other, second: log };
  throw new AtelierError(
    'no_second_pass',
    'These samples were labelled once. Label some of them a second time, then the two can be compared.',
  );
}

/** The classes of both passes as one list: those of the first, then those that only the second has. Places in it by id of either. */
export interface CommonClasses {
  names: string[];
  /** Of the first pass; null: a class of the second alone. */
  ids: (number | null)[];
  placeInFirst(id: number): number;
  placeInSecond(id: number): number;
}

/**
 * A class of the second pass is that of the first which is called the same; else the one that it was taken from when the pass began, whatever
 * either is called by now.
 */
function commonClasses(db: Readable, { first, second }: Passes): CommonClasses {
  const [ours, theirs] = [first, second].map(
    ({ key }) => new Map(labelClasses(db, key).map((one): [number, LabelClass] => [one.id, one])),
  );
  const used = usedClasses(ours);
  const names = used.map(({ name }) => name);
  const ids: (number | null)[] = used.map(({ id }) => id);
  const place = new Map(used.map(({ id }, i) => [id, i]));
  const named = new Map(used.map(({ name }, i) => [name, i]));
  const placeOf = new Map<number, number>();
  for (const { id, name } of usedClasses(theirs)) {
    const came = (): number | undefined => {
      const from = ours.has(id) ? firstName(db, second.key, id) : null;
      return from !== null && classNames(db, first.key, id).has(from) ? place.get(resolvedClass(ours, id)) : undefined;
    };
    const at = named.get(name) ?? came() ?? names.push(name) - 1;
    if (at === ids.length) ids.push(null);
    placeOf.set(id, at);
  }
  return {
    names,
    ids,
    placeInFirst: (id) => place.get(resolvedClass(ours, id))!,
    placeInSecond: (id) => placeOf.get(resolvedClass(theirs, id))!,
  };
}

/** What one pass says of a sample; of the first what it said before the disagreement was settled. */
export interface Answer {
  label: SampleLabel;
  marks: Map<number, MarkValue>;
}

export class Answers {
  readonly #db: Readable;
  readonly #book: MarkBook;
  readonly passes: Passes;
  readonly classes: CommonClasses;
  readonly #settled: Map<number, number>;

  constructor(db: Readable, book: MarkBook, passes: Passes) {
    this.#db = db;
    this.#book = book;
    this.passes = passes;
    this.classes = commonClasses(db, passes);
    this.#settled = settledSamples(db, passes.first.key);
  }

  isSettled(sample: number): boolean {
    return this.#settled.has(sample);
  }

  firstLabel(sample: number): SampleLabel {
    const { first } = this.passes;
    const entry = this.#settled.get(sample);
    return unpackLabel(
      entry === undefined ? currentValue(this.#db, first, sample)! : labelBefore(this.#db, first.key, sample, entry),
    );
  }

  async first(sample: number): Promise<Answer> {
    const { first } = this.passes;
    const label = this.firstLabel(sample);
    if (!isMarkedKind(first.kind)) return { label, marks: new Map() };
    const { now, version } = await this.#book.of(first, sample);
    const marks = new Map(now);
    const entry = this.#settled.get(sample);
    if (entry !== undefined) {
      for (const [number, before] of marksBefore(this.#db, first.key, sample, entry)) {
        if (before === null) marks.delete(number);
        else marks.set(number, before === asInVersion ? version[number - 1] : unpackMark(before));
      }
    }
    return { label, marks: labelled(marks) };
  }

  async second(sample: number): Promise<Answer> {
    const { second } = this.passes;
    const label = unpackLabel(currentValue(this.#db, second, sample)!);
    const marks = isMarkedKind(second.kind) ? (await this.#book.of(second, sample)).now : new Map<number, MarkValue>();
    return { label, marks: labelled(marks) };
  }

  /** What `evaluation/agreement.ts` compares: samples that both have labelled or reviewed. */
  async question(overlap: number): Promise<AgreementQuestion> {
    const { second } = this.passes;
    const { names: classes } = this.classes;
    const both: { sample: number; first: SampleLabel; second: SampleLabel }[] = [];
    for (const page of saidInPages(this.#db, second.key)) {
      for (const { sample, label } of page) {
        if (!settledStates.includes(label.state)) continue;
        const first = this.firstLabel(sample);
        if (settledStates.includes(first.state)) both.push({ sample, first, second: label });
      }
      await othersFirst();
    }
    const { kind } = second;
    if (!isMarkedKind(kind)) return { kind, classes, ...this.#sets(both) };
    const samples: ComparedMarks[] = [];
    for (const { sample } of both) {
      const [{ marks: ours }, { marks: theirs }] = [await this.first(sample), await this.second(sample)];
      const { size } = await this.#book.of(second, sample);
      samples.push({
        sample,
        first: answerMarks(ours, this.classes.placeInFirst),
        second: answerMarks(theirs, this.classes.placeInSecond),
        settled: this.isSettled(sample),
        size,
      });
      await othersFirst();
    }
    return { kind, classes, samples, overlap };
  }

  #sets(both: readonly { sample: number; first: SampleLabel; second: SampleLabel }[]) {
    const sets: number[][] = [];
    const known = new Map<string, number>();
    const setOf = (ids: readonly number[], placeOf: (id: number) => number): number => {
      const set = [...new Set(ids.map(placeOf))].sort((a, b) => a - b);
      const key = set.join();
      const at = known.get(key) ?? sets.push(set) - 1;
      known.set(key, at);
      return at;
    };
    return {
      samples: Int32Array.from(both, ({ sample }) => sample),
      first: Int32Array.from(both, ({ first }) => setOf(first.classes, this.classes.placeInFirst)),
      second: Int32Array.from(both, ({ second }) => setOf(second.classes, this.classes.placeInSecond)),
      settled: Uint8Array.from(both, ({ sample }) => (this.isSettled(sample) ? 1 : 0)),
      sets,
    };
  }
}

/** Suggestions are no answer of anybody's. */
const labelled = (marks: ReadonlyMap<number, MarkValue>): Map<number, MarkValue> =>
  new Map([...marks].filter(([, { suggested }]) => !suggested).sort(([a], [b]) => a - b));

const answerMarks = (marks: ReadonlyMap<number, MarkValue>, placeOf: (id: number) => number): AnswerMark[] =>
  [...marks].map(([number, { class: id, shape }]) => ({ number, class: placeOf(id), shape }));

const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
