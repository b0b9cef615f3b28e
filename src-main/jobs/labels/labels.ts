import { getVersion } from '../../db/datasets.ts';
import { addEdit, canStep, nextBatch, redo, sampleHistory, undo, type Entry, type Step } from '../../db/label-log.ts';
import {
  addIdentity,
  classOf,
  classSubject,
  currentValue,
  eachSaid,
  findLabelling,
  getLabelling,
  insertLabelling,
  isClass,
  labelClasses,
  nextClassId,
  packClass,
  packLabel,
  unpackClass,
  unpackLabel,
  type Labelling,
} from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type LabellingId, type VersionId } from '../../shared/ids.ts';
import {
  blank,
  type ClassAct,
  type LabelClass,
  type LabelHistoryLine,
  type LabellingKind,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type LabelRule,
  type SampleLabel,
  type Suggested,
} from '../../shared/labels.ts';
import type { Context } from '../context.ts';
import { revise } from '../datasets.ts';
import type { Reader } from '../reader.ts';
import type { ModelRef } from '../models.ts';
import { unheard, type Started } from '../work.ts';
import { inSlices, saidLabels, stateOf } from './as-it-stands.ts';
import { carriedLabels, earlierLabelling, firstClasses } from './carry.ts';
import { checkedTarget, samplesIdentity } from './identity.ts';
import { checkedClasses, classAfter, labelAfter, usedClasses } from './said.ts';
import { isTodo, modelName, ruleCondition, suggestionsOf, suggestParams, whoOf } from './suggest.ts';

/** Samples of one edit: more are several, of one batch, so that nothing else waits long. */
const perEdit = 50;
const kept = 4;

export interface LabellingWish {
  kind?: LabellingKind;
  /** Tables: see `usualTarget`. */
  target?: string;
}

/** What labelling does. Every act answers once it is on disk; acts of one labelling wait for each other. */
export class Labels {
  readonly #context: Context;
  readonly #reader: Pick<Reader, 'labels' | 'matching'>;
  readonly #open = new Map<LabellingId, Labelling>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: Context, reader: Pick<Reader, 'labels' | 'matching'>) {
    this.#context = context;
    this.#reader = reader;
  }

  /**
   * The labelling of a version's samples; begun with what the version says where there is none, and of a source of files that has grown with what
   * was said before of those that are still there.
   */
  open(version: VersionId, { kind = 'single', target: wished }: LabellingWish = {}): Promise<LabellingState> {
    return this.#inTurn(async () => {
      const { store } = this.#context;
      const { manifest, dataset } = getVersion(store, version);
      const target = checkedTarget(manifest, wished);
      const identity = samplesIdentity(manifest);
      const found = findLabelling(store, identity, target, kind);
      if (found) return this.state(found);
      const blobs = workspaceFiles.blobs(store.folder);
      const { classes: names, labels } = await this.#reader.labels(blobs, manifest, target);
      const earlier = manifest.kind === 'table' ? null : earlierLabelling(store, dataset, kind);
      const { classes, ids } = firstClasses(store, earlier, names);
      const base = labels.map((label) => (label < 0 ? 0 : ids[label]));
      const id = newId('labelling');
      const carried = earlier && (await carriedLabels(store, blobs, earlier, manifest));
      const row = { id, dataset, version, kind, target, createdAt: Date.now(), samples: manifest.samples, base };
      insertLabelling(store, row, identity, classes);
      if (carried) {
        const { number } = getVersion(store, earlier.version);
        await this.#edit(this.#log(id), `version:${number}`, [...carried.keys()], (_, sample) => carried.get(sample)!);
      }
      return this.state(id);
    });
  }

  state(id: LabellingId): Promise<LabellingState> {
    return inSlices(stateOf(this.#context.store, this.#log(id)));
  }

  /** What a person says of samples; `who` else it was. */
  set(id: LabellingId, samples: readonly number[], patch: LabelPatch, who = 'person'): Promise<LabelOutcome> {
    return this.#inTurn(async () => {
      const log = this.#log(id);
      requireSamples(log, samples);
      const classes = this.#classes(log);
      return this.#edit(log, who, samples, (now) => labelAfter(now, patch, log.kind, classes));
    });
  }

  /** Gives samples labels that were worked out; `who`: what by. What a person has said stays, where `over` does not say otherwise. */
  give(
    id: LabellingId,
    who: string,
    given: ReadonlyMap<number, SampleLabel>,
    over: (now: SampleLabel) => boolean = ({ state }) => state === 'new' || state === 'suggested',
  ): Promise<LabelOutcome> {
    return this.#inTurn(async () => {
      const log = this.#log(id);
      requireSamples(log, [...given.keys()]);
      return this.#edit(log, who, [...given.keys()], (now, sample) =>
        over(now) ? { ...given.get(sample)!, note: now.note } : now,
      );
    });
  }

  /** What a model suggests for samples that nobody has looked at. Where it knows classes that are not here, it suggests none of those. */
  async suggest(id: LabellingId, version: VersionId, model: ModelRef): Promise<Started<Suggested>> {
    const { store, queue } = this.#context;
    const log = this.#log(id);
    this.#requireSame(log, version);
    const state = await this.state(id);
    const todo = Int32Array.from([...state.states.keys()].filter((sample) => isTodo(state.states[sample])));
    if (todo.length === 0)
      throw new AtelierError(
        'nothing_to_do',
        'Somebody has looked at every sample: there is none to suggest anything for.',
      );
    const { job, result } = queue.submit({
      kind: 'prelabel',
      title: modelName(store, model),
      dataset: log.dataset,
      params: suggestParams(store, version, model, todo),
    });
    const given = result.then(async (found) => {
      const { labels, unknown } = suggestionsOf(found, usedClasses(this.#classes(log)));
      const outcome = await this.give(id, whoOf(model), labels);
      const { samples, entropy, margin, leastConfidence } = found;
      return { ...outcome, unknown, doubts: { samples, entropy, margin, leastConfidence } };
    });
    return { job, result: unheard(given) };
  }

  /** Suggests a class for the texts that a rule fits. */
  async rule(id: LabellingId, version: VersionId, rule: LabelRule): Promise<LabelOutcome> {
    const { store } = this.#context;
    const log = this.#log(id);
    this.#requireSame(log, version);
    const classes = checkedClasses([rule.class], log.kind, this.#classes(log));
    const { manifest } = getVersion(store, version);
    const found = await this.#reader.matching(workspaceFiles.blobs(store.folder), manifest, [ruleCondition(rule)]);
    const suggestion: SampleLabel = { ...blank, state: 'suggested', classes };
    return this.give(id, `rule:${rule.pattern}`, new Map(Array.from(found, (sample) => [sample, suggestion])));
  }

  /** Takes suggestions for labels, all that are at least so sure. */
  accept(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    return this.#inTurn(async () => {
      const log = this.#log(id);
      const sure = [...eachSaid(this.#context.store, log.key)].filter(
        ({ label }) => label.state === 'suggested' && (label.confidence ?? 0) >= atLeast,
      );
      const samples = sure.map(({ sample }) => sample);
      return this.#edit(log, 'person', samples, (now) => ({ ...now, state: 'labelled', confidence: null }));
    });
  }

  /** Makes a class, or changes, merges or removes one. */
  classAct(id: LabellingId, act: ClassAct): Promise<LabelOutcome> {
    return this.#inTurn(async () => {
      const { store } = this.#context;
      const log = this.#log(id);
      const state = act.act === 'remove' ? await this.state(id) : null;
      const inUse = (ids: ReadonlySet<number>): boolean => {
        if (!state) return false;
        return (
          state.first.some((first) => ids.has(first)) ||
          Object.values(state.several).some((some) => some.some((one) => ids.has(one)))
        );
      };
      const after = classAfter(act, this.#classes(log), nextClassId(store, log.key), inUse);
      const entry = addEdit(store, log, stamp('person'), [[classSubject(after.id), packClass(after)]]);
      return this.#outcome(log, entry ? [entry] : []);
    });
  }

  /** Of one sample, or across all: see `db/label-log.ts`. */
  undo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#step(id, 'undo', sample);
  }
  redo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#step(id, 'redo', sample);
  }

  history(id: LabellingId, sample: number): LabelHistoryLine[] {
    const log = this.#log(id);
    requireSamples(log, [sample]);
    return sampleHistory(this.#context.store, log.key, sample);
  }

  /** A version of the dataset with the labels as they stand: what nets are trained on. Samples keep the splits of `version`. */
  async freeze(id: LabellingId, version: VersionId): Promise<Started<DatasetVersion>> {
    const { store } = this.#context;
    const log = this.#log(id);
    this.#requireSame(log, version);
    if (log.kind === 'multiple') {
      throw new AtelierError(
        'several_classes',
        'Nets tell one class of a sample, so samples of several make no version to train on. Export them instead.',
      );
    }
    const labels = await this.#inTurn(() => inSlices(saidLabels(store, log)));
    return revise(this.#context, { version, labels }, (made) => addIdentity(store, id, samplesIdentity(made.manifest)));
  }

  #requireSame(log: Labelling, version: VersionId): void {
    const { store } = this.#context;
    if (findLabelling(store, samplesIdentity(getVersion(store, version).manifest), log.target, log.kind) === log.id)
      return;
    throw new AtelierError(
      'other_samples',
      'That version has other samples than those that were labelled. Choose one of theirs.',
    );
  }

  async #step(id: LabellingId, act: 'undo' | 'redo', sample?: number): Promise<LabelOutcome> {
    return this.#inTurn(async () => {
      const { store } = this.#context;
      const log = this.#log(id);
      const take = (step: Step): Entry | null => (act === 'undo' ? undo : redo)(store, log, stamp('person'), step);
      if (sample !== undefined) {
        requireSamples(log, [sample]);
        const entry = take({ sample });
        return this.#outcome(log, entry ? [entry] : []);
      }
      const of = nextBatch(store, log.key, act);
      if (of === null) return this.#outcome(log, []);
      const entries: Entry[] = [];
      for (let entry = take({}); entry; entry = take({ batch: { of, into: entries[0].number } })) {
        entries.push(entry);
        await othersFirst();
      }
      return this.#outcome(log, entries);
    });
  }

  async #edit(
    log: Labelling,
    who: string,
    samples: readonly number[],
    after: (now: SampleLabel, sample: number) => SampleLabel,
  ): Promise<LabelOutcome> {
    const { store } = this.#context;
    const values = (some: readonly number[]) =>
      some.map((sample) => {
        const now = unpackLabel(currentValue(store, log, sample)!);
        return [sample, packLabel(after(now, sample))] as const;
      });
    // One that cannot be is said before any is stored.
    for (let at = 0; at < samples.length; at += perEdit) {
      if (samples.length <= perEdit) break;
      values(samples.slice(at, at + perEdit));
      await othersFirst();
    }
    const entries: Entry[] = [];
    for (let at = 0; at < samples.length; at += perEdit) {
      const entry = addEdit(store, log, stamp(who), values(samples.slice(at, at + perEdit)), entries[0]?.number);
      if (entry) entries.push(entry);
      if (at + perEdit < samples.length) await othersFirst();
    }
    return this.#outcome(log, entries);
  }

  #outcome(log: Labelling, entries: readonly Entry[]): LabelOutcome {
    const samples = new Map<number, SampleLabel>();
    const classes = new Map<number, LabelClass | null>();
    for (const { subject, after } of entries.flatMap(({ changes }) => changes)) {
      if (isClass(subject)) classes.set(classOf(subject), after === null ? null : unpackClass(classOf(subject), after));
      else samples.set(subject, unpackLabel(after!));
    }
    return {
      samples: [...samples].map(([sample, label]) => ({ sample, label })),
      classes: [...classes].map(([id, one]) => ({ id, class: one })),
      can: canStep(this.#context.store, log.key),
    };
  }

  #classes({ key }: Labelling): Map<number, LabelClass> {
    return new Map(labelClasses(this.#context.store, key).map((one) => [one.id, one]));
  }

  #log(id: LabellingId): Labelling {
    const log = this.#open.get(id) ?? getLabelling(this.#context.store, id);
    this.#open.delete(id);
    this.#open.set(id, log);
    for (const oldest of this.#open.keys()) if (this.#open.size > kept) this.#open.delete(oldest);
    return log;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act, act);
    this.#last = done.catch(() => {});
    return done;
  }
}

function requireSamples({ samples: count }: Labelling, samples: readonly number[]): void {
  const none = samples.find((sample) => !(Number.isInteger(sample) && sample >= 0 && sample < count));
  if (none !== undefined) throw new AtelierError('no_sample', `There is no sample ${none}: there are ${count}.`);
}

const stamp = (who: string): { at: number; who: string } => ({ at: Date.now(), who });
const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
