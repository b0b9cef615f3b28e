import { getVersion } from '../../db/datasets.ts';
import { sampleHistory } from '../../db/label-log.ts';
import {
  addIdentity,
  classSubject,
  eachSaid,
  findLabelling,
  nextClassId,
  packClass,
  type Labelling,
} from '../../db/labellings.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import type { JudgedWish } from '../../shared/judged.ts';
import {
  isJudgedKind,
  isMarkedKind,
  type ClassAct,
  type LabelHistoryLine,
  type LabellingKind,
  type LabellingPass,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type SampleLabel,
} from '../../shared/labels.ts';
import type { Mark, MarkEdit, MarkSuggestions } from '../../shared/marks.ts';
import type { Context } from '../context.ts';
import { revise } from '../datasets.ts';
import type { Started } from '../work.ts';
import { inSlices, saidLabels, stateOf } from './as-it-stands.ts';
import { carryOver } from './carry.ts';
import { LabelFiles } from './files.ts';
import { judgedColumn, samplesIdentity, wishedTarget } from './identity.ts';
import { Logs, requireSamples } from './logs.ts';
import { Marking, type GivenMark } from './marking.ts';
import { begin, beginSecond, type LabelReader } from './opening.ts';
import { otherPass } from './passes.ts';
import { requireClasses, requireFirstPass, requireSamplesOf } from './requirements.ts';
import { saidMarks } from './said-marks.ts';
import { Settling } from './settling.ts';
import { classAfter, labelAfter, requireClassAct, usedClasses } from './said.ts';
import { Suggesting } from './suggesting.ts';

export interface LabellingWish {
  kind?: LabellingKind;
  /** The second: see `beginSecond`. */
  pass?: LabellingPass;
  /** Tables: see `usualTarget`. */
  target?: string;
  /** Judged kinds: see `judgedTarget`. */
  judged?: JudgedWish;
}

/** What labelling does. Every act answers once it is on disk; acts of one labelling wait for each other. */
export class Labels {
  readonly #context: Context;
  readonly #reader: LabelReader;
  readonly #logs: Logs;
  readonly #marking: Marking;
  /** Agreement with a second pass, and what becomes of disagreements. */
  readonly settling: Settling;
  readonly suggesting: Suggesting;
  readonly files: LabelFiles;

  constructor(context: Context, reader: LabelReader) {
    this.#context = context;
    this.#reader = reader;
    this.#logs = new Logs(context.store);
    this.#marking = new Marking(context.store, this.#logs);
    this.settling = new Settling(
      context.store,
      this.#logs,
      (question) => reader.agreement(question),
      (id, act) => this.classAct(id, act),
    );
    this.suggesting = new Suggesting(context, this.#logs, reader, this);
    this.files = new LabelFiles(context, this.#logs, reader, this);
  }

  /**
   * The labelling of a version's samples; begun with what the version says where there is none, and of a source of files that has grown with what
   * was said before of those that are still there.
   */
  open(version: VersionId, { kind = 'single', pass = 1, ...wished }: LabellingWish = {}): Promise<LabellingState> {
    return this.#logs.inTurn(async () => {
      const { store } = this.#context;
      const { manifest, dataset } = getVersion(store, version);
      const target = wishedTarget(store, manifest, kind, wished);
      const wish = { dataset, version, manifest, kind, target };
      const began = async (made: { id: LabellingId; earlier: Labelling | null }): Promise<LabellingId> => {
        if (made.earlier) await carryOver(store, this.#logs, made.earlier, made.id, manifest);
        return made.id;
      };
      const found = findLabelling(store, samplesIdentity(manifest), target, kind, pass);
      if (found) return this.state(found);
      const first =
        (pass === 2 && findLabelling(store, samplesIdentity(manifest), target, kind)) ||
        (await began(await begin(store, this.#reader, wish)));
      return this.state(pass === 1 ? first : await began(beginSecond(store, this.#logs.get(first), wish)));
    });
  }

  async state(id: LabellingId): Promise<LabellingState> {
    const state = await inSlices(stateOf(this.#context.store, this.#logs.get(id)));
    this.#logs.learnt(id)?.put(state);
    return state;
  }

  /** What a person says of samples; `who` else it was. */
  set(id: LabellingId, samples: readonly number[], patch: LabelPatch, who = 'person'): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#logs.get(id);
      requireSamples(log, samples);
      const classes = this.#logs.classes(log);
      const rejected = patch.state === 'new' ? (this.#logs.learnt(id)?.reject(samples) ?? []) : [];
      const outcome = await this.#logs.edit(log, who, samples, (now) => labelAfter(now, patch, log.kind, classes));
      const told = new Set(outcome.samples.map(({ sample }) => sample));
      const more = rejected.filter((sample) => !told.has(sample));
      return {
        ...outcome,
        samples: [...outcome.samples, ...more.map((sample) => ({ sample, label: this.#logs.label(log, sample) }))],
      };
    });
  }

  /** Gives samples labels that were worked out; `who`: what by. What a person has said stays, where `over` does not say otherwise. */
  give(
    id: LabellingId,
    who: string,
    given: ReadonlyMap<number, SampleLabel>,
    over: (now: SampleLabel) => boolean = ({ state }) => state === 'new' || state === 'suggested',
  ): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#logs.get(id);
      requireClasses(log);
      requireSamples(log, [...given.keys()]);
      return this.#logs.edit(log, who, [...given.keys()], (now, sample) =>
        over(now) ? { ...given.get(sample)!, note: given.get(sample)!.note || now.note } : now,
      );
    });
  }

  /** Takes suggestions for labels, all that are at least so sure: of samples or of marks. */
  accept(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    if (isMarkedKind(this.#logs.get(id).kind)) return this.acceptMarks(id, atLeast);
    return this.#logs.inTurn(async () => {
      const log = this.#logs.get(id);
      const sure = [...eachSaid(this.#context.store, log.key)].filter(
        ({ label }) => label.state === 'suggested' && (label.confidence ?? 0) >= atLeast,
      );
      const samples = new Set([...sure.map(({ sample }) => sample), ...(this.#logs.learnt(id)?.sure(atLeast) ?? [])]);
      return this.#logs.edit(log, 'person', [...samples], (now) =>
        now.state === 'suggested' ? { ...now, state: 'labelled', confidence: null } : now,
      );
    });
  }

  /** Whether samples hold marks in it, and not classes. */
  isMarked(id: LabellingId): boolean {
    return isMarkedKind(this.#logs.get(id).kind);
  }

  /** What is marked in these samples, in the order of their numbers. */
  marks(id: LabellingId, samples: readonly number[]): Promise<Mark[]> {
    return this.#marking.marks(id, samples);
  }

  /** What a person does to the marks of one sample: one edit. See `markChanges` for what it throws. */
  mark(id: LabellingId, sample: number, edits: readonly MarkEdit[]): Promise<LabelOutcome> {
    return this.markAll(id, new Map([[sample, edits]]));
  }

  /** The same of several samples, all as one edit. */
  markAll(id: LabellingId, edits: ReadonlyMap<number, readonly MarkEdit[]>): Promise<LabelOutcome> {
    return this.#marking.mark(id, edits);
  }

  /** Suggested marks that can be accepted. */
  suggestions(id: LabellingId): MarkSuggestions {
    return this.#marking.suggestions(id);
  }

  acceptMarks(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    return this.#marking.accept(id, atLeast);
  }

  /** What a model or a rule suggests, in the place of earlier suggestions in these samples; what a person has said stays. */
  async giveMarks(
    id: LabellingId,
    who: string,
    given: ReadonlyMap<number, readonly GivenMark[]>,
  ): Promise<LabelOutcome> {
    requireFirstPass(this.#logs.get(id));
    return this.#marking.give(id, who, given);
  }

  /** Makes a class, or changes, merges or removes one. */
  classAct(id: LabellingId, act: ClassAct): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const { store } = this.#context;
      const log = this.#logs.get(id);
      requireClassAct(log.kind, act);
      const state = act.act === 'remove' ? await this.state(id) : null;
      const inUse = (ids: ReadonlySet<number>): boolean => {
        if (!state) return false;
        return (
          state.first.some((first) => ids.has(first)) ||
          Object.values(state.several).some((some) => some.some((one) => ids.has(one)))
        );
      };
      const after = classAfter(act, this.#logs.classes(log), nextClassId(store, log.key), inUse);
      const entry = this.#logs.add(log, 'person', [[classSubject(after.id), packClass(after)]]);
      return this.#logs.outcome(log, entry ? [entry] : []);
    });
  }

  /** The ids of classes by their names; those that are not there are made. */
  async classesNamed(id: LabellingId, names: readonly string[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    for (const name of new Set(names)) {
      const known = usedClasses(this.#logs.classes(this.#logs.get(id))).find((one) => one.name === name);
      ids.set(name, known?.id ?? (await this.classAct(id, { act: 'make', name })).classes[0].id);
    }
    return ids;
  }

  /** Of one sample, or across all: see `db/label-log.ts`. */
  undo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#logs.inTurn(() => this.#logs.step(this.#logs.get(id), 'undo', sample));
  }
  redo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#logs.inTurn(() => this.#logs.step(this.#logs.get(id), 'redo', sample));
  }

  history(id: LabellingId, sample: number): LabelHistoryLine[] {
    const log = this.#logs.get(id);
    requireSamples(log, [sample]);
    return sampleHistory(this.#context.store, log, sample);
  }

  /** A version of the dataset with the labels as they stand: what nets are trained on. Samples keep the splits of `version`. */
  async freeze(id: LabellingId, version: VersionId): Promise<Started<DatasetVersion>> {
    const { store } = this.#context;
    const log = this.#logs.get(id);
    requireSamplesOf(store, log, version);
    if (log.pass === 2) {
      throw new AtelierError(
        'second_pass',
        'Versions are made of the first pass, where disagreements are settled. Open that one.',
      );
    }
    const target = isJudgedKind(log.kind)
      ? judgedColumn(getVersion(store, log.version).manifest, log.kind)
      : log.target;
    const said = await this.#logs.inTurn(async () =>
      isMarkedKind(log.kind)
        ? { marks: await inSlices(saidMarks(store, log)) }
        : { labels: await inSlices(saidLabels(store, { ...log, target })) },
    );
    return revise(this.#context, { version, ...said }, (made) => {
      const identity = samplesIdentity(made.manifest);
      addIdentity(store, id, identity);
      const second = otherPass(store, log);
      if (second) addIdentity(store, second.id, identity);
    });
  }

  /** Throws `other_samples` where that version has others than this labelling. */
  requireSamplesOf(id: LabellingId, version: VersionId): void {
    requireSamplesOf(this.#context.store, this.#logs.get(id), version);
  }
}
