import { markSubject, packMark, suggestedMarks, sureMarks } from '../../db/label-marks.ts';
import { packLabel, type Labelling } from '../../db/labellings.ts';
import type { WriteStore } from '../../db/open.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId } from '../../shared/ids.ts';
import { isMarkedKind, type LabelOutcome, type LabelState } from '../../shared/labels.ts';
import { markTypeList, type Mark, type MarkedKind, type MarkEdit } from '../../shared/marks.ts';
import type { MarkShape, MarkSuggestions } from '../../shared/marks.ts';
import { requireSamples, type Logs, type Values } from './logs.ts';
import { accepted, labelOf, markChanges, marksAfter, suggestedChanges } from './mark-edits.ts';
import type { MarkChanges, SampleMarks } from './mark-edits.ts';

/** A mark that a model or a rule suggests. */
export interface GivenMark {
  /** A class's id. */
  class: number;
  /** How probable its maker finds it, 0 to 1. */
  confidence: number | null;
  shape: MarkShape;
}

/** A labelling whose samples hold marks. */
type Marked = Labelling & { kind: MarkedKind };

/** What is done to marks. Every act answers once it is on disk. */
export class Marking {
  readonly #store: WriteStore;
  readonly #logs: Logs;

  constructor(store: WriteStore, logs: Logs) {
    this.#store = store;
    this.#logs = logs;
  }

  /** Of these samples, in the order of their numbers. */
  marks(id: LabellingId, samples: readonly number[]): Promise<Mark[]> {
    return this.#logs.inTurn(async () => {
      const log = this.#marked(id);
      requireSamples(log, samples);
      const found: Mark[] = [];
      for (const sample of samples) {
        const { now } = await this.#logs.book.of(log, sample);
        const numbers = [...now.keys()].sort((a, b) => a - b);
        for (const number of numbers) found.push({ sample, number, ...now.get(number)! });
      }
      return found;
    });
  }

  /** A person's edits of samples: one edit, undone as one. Of edits of which one cannot be none is stored. */
  mark(id: LabellingId, edits: ReadonlyMap<number, readonly MarkEdit[]>): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#marked(id);
      requireSamples(log, [...edits.keys()]);
      const classes = this.#logs.classes(log);
      return this.#logs.give(log, 'person', [...edits.keys()], async (sample) => {
        const held = await this.#logs.book.of(log, sample);
        const changes = markChanges(held, edits.get(sample)!, log.kind, classes);
        return this.#values(log, sample, held, changes, afterPerson);
      });
    });
  }

  /** Takes suggestions for labels that are at least so sure, save in samples that are reviewed or skipped. */
  accept(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#marked(id);
      const sure = sureMarks(this.#store, log.key, atLeast);
      const open = [...sure.keys()].filter((sample) => !closed.includes(this.#logs.label(log, sample).state));
      return this.#logs.give(log, 'person', open, async (sample) => {
        const held = await this.#logs.book.of(log, sample);
        const changes: MarkChanges = new Map();
        for (const number of sure.get(sample)!) {
          const mark = held.now.get(number);
          if (mark) changes.set(number, accepted(mark));
        }
        return this.#values(log, sample, held, changes, afterPerson);
      });
    });
  }

  /** Those that `accept` may take. */
  suggestions(id: LabellingId): MarkSuggestions {
    const log = this.#marked(id);
    const closedOnes = new Map<number, boolean>();
    const isClosed = (sample: number): boolean => {
      const known = closedOnes.get(sample) ?? closed.includes(this.#logs.label(log, sample).state);
      closedOnes.set(sample, known);
      return known;
    };
    const all = suggestedMarks(this.#store, log.key).filter(({ sample }) => !isClosed(sample));
    return {
      samples: Int32Array.from(all, ({ sample }) => sample),
      confidence: Float64Array.from(all, ({ confidence }) => confidence),
      types: Uint8Array.from(all, ({ type }) => markTypeList.indexOf(type as (typeof markTypeList)[number])),
    };
  }

  /** What a model or a rule suggests, in the place of earlier suggestions in these samples; `who`: what by. */
  give(id: LabellingId, who: string, given: ReadonlyMap<number, readonly GivenMark[]>): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#marked(id);
      requireSamples(log, [...given.keys()]);
      const classes = this.#logs.classes(log);
      return this.#logs.give(log, who, [...given.keys()], async (sample) => {
        const held = await this.#logs.book.of(log, sample);
        const changes = suggestedChanges(held, given.get(sample)!, log.kind, classes, who);
        return this.#values(log, sample, held, changes, afterModel);
      });
    });
  }

  #values(
    log: Marked,
    sample: number,
    held: SampleMarks,
    changes: MarkChanges,
    stateAfter: (now: LabelState, suggestions: boolean) => LabelState,
  ): Values {
    const marks = [...marksAfter(held, changes)];
    const now = this.#logs.label(log, sample);
    const state = stateAfter(
      now.state,
      marks.some(({ suggested }) => suggested),
    );
    const values: Values = [[sample, packLabel(labelOf(now, state, marks))]];
    for (const [number, mark] of changes) values.push([markSubject(sample, number), mark && packMark(mark)]);
    return values;
  }

  #marked(id: LabellingId): Marked {
    const log = this.#logs.get(id);
    if (isMarkedKind(log.kind)) return log as Marked;
    throw new AtelierError(
      'kind_unfit',
      'In this labelling samples have classes, and nothing is marked in them. Open one of objects, spans or segments.',
    );
  }
}

const closed: readonly LabelState[] = ['reviewed', 'skipped'];
/** Whoever marks something has looked at the sample; what was said of it on purpose stays. */
const afterPerson = (now: LabelState): LabelState => (now === 'reviewed' || now === 'unsure' ? now : 'labelled');
const afterModel = (now: LabelState, suggestions: boolean): LabelState =>
  now === 'new' || now === 'suggested' ? (suggestions ? 'suggested' : 'new') : now;
