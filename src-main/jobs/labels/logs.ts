import {
  addEdit,
  canStep,
  nextBatch,
  redo,
  undo,
  type EditOptions,
  type Entry,
  type Stamp,
  type Step,
} from '../../db/label-log.ts';
import { asInVersion, isMark, numberOfMark, sampleOfMark, unpackMark } from '../../db/label-marks.ts';
import {
  classOf,
  currentValue,
  getLabelling,
  isClass,
  labelClasses,
  packLabel,
  unpackClass,
  unpackLabel,
  type Labelling,
} from '../../db/labellings.ts';
import type { WriteStore } from '../../db/open.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId } from '../../shared/ids.ts';
import type { LabelClass, LabelOutcome, SampleLabel } from '../../shared/labels.ts';
import { mostMarkEdits, type MarkOutcome } from '../../shared/marks.ts';
import { LearntLabels } from './learnt-labels.ts';
import { MarkBook } from './mark-book.ts';

/** Samples, and values, of one edit: more are several, of one batch, so that nothing else waits long. */
const perEdit = { samples: 50, values: 2000 };
const kept = 4;

/** What is given to one sample and its marks. */
export type Values = (readonly [subject: number, after: string | null])[];

/** The logs of labellings: every act waits for the one before it, and answers once it is on disk. */
export class Logs {
  readonly #store: WriteStore;
  readonly book: MarkBook;
  readonly #open = new Map<LabellingId, Labelling>();
  readonly #learnt = new Map<LabellingId, LearntLabels>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: WriteStore) {
    this.#store = store;
    this.book = new MarkBook(store);
  }

  get(id: LabellingId): Labelling {
    const log = this.#open.get(id) ?? getLabelling(this.#store, id);
    this.#open.delete(id);
    this.#open.set(id, log);
    for (const oldest of this.#open.keys()) if (this.#open.size > kept) this.#open.delete(oldest);
    return log;
  }

  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act, act);
    this.#last = done.catch(() => {});
    return done;
  }

  classes({ key }: Labelling): Map<number, LabelClass> {
    return new Map(labelClasses(this.#store, key).map((one) => [one.id, one]));
  }

  /** With what is learnt from the labels, where nothing is said. */
  label(log: Labelling, sample: number): SampleLabel {
    return this.#shown(log, sample, unpackLabel(currentValue(this.#store, log, sample)!));
  }

  /** Of a labelling whose labels others are learnt from; null where none are. */
  learnt(id: LabellingId): LearntLabels | null {
    return this.#learnt.get(id) ?? null;
  }

  startLearning({ id, samples }: Labelling): LearntLabels {
    const learnt = this.#learnt.get(id) ?? new LearntLabels(samples);
    this.#learnt.set(id, learnt);
    return learnt;
  }

  /** New labels for samples. */
  edit(
    log: Labelling,
    who: string,
    samples: readonly number[],
    after: (now: SampleLabel, sample: number) => SampleLabel,
  ): Promise<LabelOutcome> {
    return this.give(log, who, samples, (sample) =>
      Promise.resolve([[sample, packLabel(after(this.label(log, sample), sample))]]),
    );
  }

  /** New values for samples and their marks. One that cannot be (`values` throws) is said before any is stored. */
  async give(
    log: Labelling,
    who: string,
    samples: readonly number[],
    values: (sample: number) => Promise<Values>,
  ): Promise<LabelOutcome> {
    if (samples.length > perEdit.samples) {
      for (const [i, sample] of samples.entries()) {
        await values(sample);
        if (i % perEdit.samples === 0) await othersFirst();
      }
    }
    const entries: Entry[] = [];
    let [waiting, count]: [Values, number] = [[], 0];
    for (const [i, sample] of samples.entries()) {
      waiting.push(...(await values(sample)));
      if (++count < perEdit.samples && waiting.length < perEdit.values && i + 1 < samples.length) continue;
      const entry = this.add(log, who, waiting, { batch: entries[0]?.number });
      if (entry) entries.push(entry);
      [waiting, count] = [[], 0];
      if (i + 1 < samples.length) await othersFirst();
    }
    return this.outcome(log, entries);
  }

  /** One edit; null where it changes nothing. */
  add(log: Labelling, who: string, values: Values, options: EditOptions = {}): Entry | null {
    const entry = addEdit(this.#store, log, stamp(who), values, options);
    if (entry) this.book.take(log, entry);
    return entry;
  }

  /** Undo or redo, of one sample or across all: see `db/label-log.ts`. */
  async step(log: Labelling, act: 'undo' | 'redo', sample?: number): Promise<LabelOutcome> {
    const take = (step: Step): Entry | null => {
      const entry = (act === 'undo' ? undo : redo)(this.#store, log, stamp('person'), step);
      if (entry) this.book.take(log, entry);
      return entry;
    };
    if (sample !== undefined) {
      requireSamples(log, [sample]);
      const entry = take({ sample });
      return this.outcome(log, entry ? [entry] : []);
    }
    const of = nextBatch(this.#store, log.key, act);
    if (of === null) return this.outcome(log, []);
    const entries: Entry[] = [];
    for (let entry = take({}); entry; entry = take({ batch: { of, into: entries[0].number } })) {
      entries.push(entry);
      await othersFirst();
    }
    return this.outcome(log, entries);
  }

  async outcome(log: Labelling, entries: readonly Entry[]): Promise<LabelOutcome> {
    const samples = new Map<number, SampleLabel>();
    const classes = new Map<number, LabelClass | null>();
    const changed = new Map<number, string | null>();
    for (const { subject, after } of entries.flatMap(({ changes }) => changes)) {
      if (isClass(subject)) classes.set(classOf(subject), after === null ? null : unpackClass(classOf(subject), after));
      else if (isMark(subject)) changed.set(subject, after);
      else samples.set(subject, this.#shown(log, subject, unpackLabel(after!)));
    }
    for (const subject of changed.keys()) {
      const sample = sampleOfMark(subject);
      if (!samples.has(sample)) samples.set(sample, this.label(log, sample));
    }
    const manyMarks = changed.size > mostMarkEdits;
    const marks: MarkOutcome[] = [];
    for (const [subject, value] of manyMarks ? [] : changed) marks.push(await this.#mark(log, subject, value));
    return {
      samples: [...samples].sort(([a], [b]) => a - b).map(([sample, label]) => ({ sample, label })),
      classes: [...classes].map(([id, one]) => ({ id, class: one })),
      marks,
      manyMarks,
      can: canStep(this.#store, log.key),
    };
  }

  #shown({ id }: Labelling, sample: number, label: SampleLabel): SampleLabel {
    return this.#learnt.get(id)?.over(sample, label) ?? label;
  }

  async #mark(log: Labelling, subject: number, value: string | null): Promise<MarkOutcome> {
    const [sample, number] = [sampleOfMark(subject), numberOfMark(subject)];
    if (value === null) return { sample, number, mark: null };
    const said = value === asInVersion ? (await this.book.of(log, sample)).version[number - 1] : unpackMark(value);
    return { sample, number, mark: { sample, number, ...said } };
  }
}

export function requireSamples({ samples: count }: Labelling, samples: readonly number[]): void {
  const none = samples.find((sample) => !(Number.isInteger(sample) && sample >= 0 && sample < count));
  if (none !== undefined) throw new AtelierError('no_sample', `There is no sample ${none}: there are ${count}.`);
}

const stamp = (who: string): Stamp => ({ at: Date.now(), who });
const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
