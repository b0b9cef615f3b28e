import { untrack } from 'svelte';
import type { DatasetDetail, DatasetVersion, Manifest } from '../../../src-main/shared/dataset.ts';
import type { DatasetId, RunId, VersionId } from '../../../src-main/shared/ids.ts';
import {
  labelStates,
  mostAtOnce,
  resolvedClass,
  type ClassAct,
  type LabelClass,
  type LabellingKind,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type LabelRule,
  type LabelState,
  type UndoState,
} from '../../../src-main/shared/labels.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { countLabels, queueOf, type DoubtOrder, type QueueOrder, type StateFilter } from './label-queue.ts';
import { ShownSamples } from './shown-samples.svelte.ts';

/** What holds of the sample in front. */
export interface Standing {
  sample: number;
  state: LabelState;
  /** With merged classes resolved. */
  classes: number[];
  confidence: number | null;
  noted: boolean;
  /** Something was said of it that is not on disk yet. */
  saving: boolean;
}

const ahead = 4;

/** The labelling in front: what holds of each sample, which are gone through, and which one is looked at. */
export class LabelPlace {
  readonly #studio: Studio;
  readonly samples: ShownSamples;
  #detail = new Resource<DatasetDetail>();
  #opened = new Resource<LabellingState>();
  /** The arrays of what holds are changed in place: this goes up with each change. */
  #revision = $state(0);
  #saving = $state.raw<ReadonlyMap<number, number>>(new Map());
  #queue = $state.raw<Int32Array>(new Int32Array(0));
  #at = $state(0);
  /** A sample looked at out of turn, as undo does. */
  #aside = $state<number | null>(null);
  #filter = $state<StateFilter>('todo');
  #ofClass = $state<number | null>(null);
  #order = $state<QueueOrder>('given');
  /** By measure, per sample; NaN where a run was not asked. */
  #doubts = $state.raw<Record<DoubtOrder, Float32Array> | null>(null);
  kind = $state<LabellingKind>('single');
  mode = $state<'stage' | 'grid'>('stage');
  /** So many were labelled when training was last offered. */
  offered = $state(0);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());

  constructor(through: Studio = studio) {
    this.#studio = through;
    this.samples = new ShownSamples(through);
  }

  get detail(): DatasetDetail | null {
    return this.#detail.value;
  }
  get manifest(): Manifest | null {
    return this.detail?.version.manifest ?? null;
  }
  get error() {
    return this.#detail.error ?? this.#opened.error;
  }
  get state(): LabellingState | null {
    void this.#revision;
    return this.#opened.value;
  }
  readonly classes = $derived.by(() => {
    void this.#revision;
    return new Map((this.#opened.value?.classes ?? []).map((one) => [one.id, one]));
  });
  /** Those that samples can be given, in their order. */
  readonly usable: LabelClass[] = $derived(
    [...this.classes.values()]
      .filter(({ mergedInto, removed }) => mergedInto === null && !removed)
      .sort((a, b) => a.place - b.place || a.id - b.id),
  );
  readonly counts = $derived.by(() => {
    void this.#revision;
    return this.#opened.value && countLabels(this.#opened.value, this.classes);
  });
  /** Samples that go into a version. */
  get settled(): number {
    return (this.counts?.states.labelled ?? 0) + (this.counts?.states.reviewed ?? 0);
  }
  get can(): UndoState {
    return this.state?.can ?? { undo: false, redo: false };
  }
  get saving(): number {
    return this.#saving.size;
  }
  get queue(): Int32Array {
    return this.#queue;
  }
  get at(): number {
    return this.#at;
  }
  get filter(): StateFilter {
    return this.#filter;
  }
  get ofClass(): number | null {
    return this.#ofClass;
  }
  get order(): QueueOrder {
    return this.#order;
  }
  /** The sample looked at; null at the end of the queue. */
  get current(): number | null {
    return this.#aside ?? (this.#at < this.#queue.length ? this.#queue[this.#at] : null);
  }
  /** Samples chosen in the grid. */
  get chosen(): ReadonlySet<number> {
    return this.#chosen;
  }

  of(sample: number): Standing | null {
    const state = this.state;
    if (!state) return null;
    const ids = state.several[sample] ?? (state.first[sample] === 0 ? [] : [state.first[sample]]);
    const confidence = state.confidences[sample];
    return {
      sample,
      state: labelStates[state.states[sample]],
      classes: [...new Set(ids.map((id) => resolvedClass(this.classes, id)))],
      confidence: Number.isNaN(confidence) ? null : confidence,
      noted: state.noted.includes(sample),
      saving: this.#saving.has(sample),
    };
  }

  /** `again`: also where it is open already, as what is in it may have changed. */
  async open(id: DatasetId, version?: VersionId, kind: LabellingKind = this.kind): Promise<void> {
    this.kind = kind;
    const before = untrack(() => this.#opened.value);
    if (before && before.dataset !== id) this.#opened.set(null);
    const detail = await this.#detail.load(() => this.#studio.call('datasets.get', { id, version }));
    if (!detail) return;
    this.samples.use(detail.version.id, detail.version.manifest);
    const opened = await this.#opened.load(() =>
      this.#studio.call('labels.open', { version: detail.version.id, kind }),
    );
    if (!opened) return;
    this.#revision++;
    if (before?.labelling === opened.labelling) return this.#prepare();
    this.offered = this.settled;
    this.#doubts = null;
    this.#order = 'given';
    this.#ofClass = null;
    this.#filter = opened.states.some((state) => labelStates[state] === 'new' || labelStates[state] === 'suggested')
      ? 'todo'
      : 'all';
    this.requeue();
  }

  /** What is gone through, anew: samples that no longer fit leave only now, and not while one goes on. */
  requeue(change: { filter?: StateFilter; ofClass?: number | null; order?: QueueOrder } = {}): void {
    if (change.filter !== undefined) this.#filter = change.filter;
    if (change.ofClass !== undefined) this.#ofClass = change.ofClass;
    if (change.order !== undefined) this.#order = change.order;
    const state = untrack(() => this.#opened.value);
    if (!state) return;
    this.#queue = queueOf(state, this.#filter, this.#ofClass, this.#order, this.classes, this.#doubtsFor(this.#order));
    this.#at = 0;
    this.#aside = null;
    this.#chosen = new Set();
    this.#prepare();
  }

  step(by: number): void {
    if (this.#aside !== null) this.#aside = null;
    else this.#at = Math.max(0, Math.min(this.#queue.length, this.#at + by));
    this.#prepare();
  }

  /** To a place of the queue. */
  goTo(at: number): void {
    this.#aside = null;
    this.#at = Math.max(0, Math.min(this.#queue.length, at));
    this.#prepare();
  }

  /** To a sample, wherever it is. */
  look(sample: number): void {
    const at = this.#queue.indexOf(sample);
    if (at >= 0) this.goTo(at);
    else this.#aside = sample;
    this.#prepare();
  }

  choose(samples: Iterable<number>): void {
    this.#chosen = new Set(samples);
  }

  /** What is said is said of these: the chosen ones of the grid, or the one in front. */
  get meant(): number[] {
    if (this.mode === 'grid') return [...this.#chosen];
    return this.current === null ? [] : [this.current];
  }

  /** The answer comes once it is on disk; until then it shows as being saved. */
  async say(samples: readonly number[], label: LabelPatch): Promise<void> {
    const state = this.#opened.value;
    if (!state || samples.length === 0) return;
    this.#mark(samples, 1);
    try {
      for (let at = 0; at < samples.length; at += mostAtOnce) {
        const some = samples.slice(at, at + mostAtOnce);
        const { labelling } = state;
        this.#take(state, await this.#studio.call('labels.set', { labelling, samples: some, label }));
      }
    } finally {
      this.#mark(samples, -1);
    }
  }

  /** Whether a run was asked, so that samples can be ordered by its doubts. */
  get doubtful(): boolean {
    return this.#doubts !== null;
  }

  #doubtsFor(order: QueueOrder): Float32Array | null {
    return order === 'given' || order === 'shuffled' ? null : (this.#doubts?.[order] ?? null);
  }

  /** What a run suggests for samples that nobody has looked at; they are gone through by its doubts from then on. */
  async suggest(run: RunId): Promise<{ count: number; unknown: string[] } | null> {
    const state = this.#opened.value;
    const version = this.detail?.version.id;
    if (!state || !version) return null;
    const found = await this.#studio.call('labels.suggest', { labelling: state.labelling, version, run });
    if (this.#opened.value?.labelling !== state.labelling) return null;
    this.#take(this.#opened.value, found);
    const spread = (values: Float32Array): Float32Array => {
      const all = new Float32Array(state.states.length).fill(NaN);
      found.doubts.samples.forEach((sample, i) => (all[sample] = values[i]));
      return all;
    };
    const { entropy, margin, leastConfidence } = found.doubts;
    this.#doubts = { entropy: spread(entropy), margin: spread(margin), leastConfidence: spread(leastConfidence) };
    this.requeue({ filter: 'todo', order: this.#doubtsFor(this.#order) ? this.#order : 'margin' });
    return { count: found.samples.length, unknown: found.unknown };
  }

  /** Suggests a class for the texts that a rule fits; for how many. */
  async rule(rule: LabelRule): Promise<number> {
    const state = this.#opened.value;
    const version = this.detail?.version.id;
    if (!state || !version) return 0;
    const outcome = await this.#studio.call('labels.rule', { labelling: state.labelling, version, rule });
    this.#take(state, outcome);
    if (outcome.samples.length > 0) this.requeue({ filter: 'suggested' });
    return outcome.samples.length;
  }

  /** How many suggestions are at least so sure. */
  sureAt(atLeast: number): number {
    const state = this.state;
    const suggested = labelStates.indexOf('suggested');
    if (!state) return 0;
    let count = 0;
    state.states.forEach((each, i) => {
      const sure = state.confidences[i];
      if (each === suggested && (Number.isNaN(sure) ? 0 : sure) >= atLeast) count++;
    });
    return count;
  }

  async accept(atLeast: number): Promise<number> {
    const state = this.#opened.value;
    if (!state) return 0;
    const outcome = await this.#studio.call('labels.accept', { labelling: state.labelling, atLeast });
    this.#take(state, outcome);
    return outcome.samples.length;
  }

  async classAct(act: ClassAct): Promise<void> {
    const state = this.#opened.value;
    if (state) this.#take(state, await this.#studio.call('labels.class', { labelling: state.labelling, act }));
  }

  /** Of one sample, or across all: then to what it changed. */
  async back(act: 'undo' | 'redo', sample?: number): Promise<void> {
    const state = this.#opened.value;
    if (!state) return;
    const { labelling } = state;
    const outcome = await this.#studio.call(act === 'undo' ? 'labels.undo' : 'labels.redo', { labelling, sample });
    this.#take(state, outcome);
    const [changed] = outcome.samples;
    if (!changed) return;
    if (this.mode === 'grid') this.choose(outcome.samples.map((one) => one.sample));
    else this.look(changed.sample);
  }

  /** A version of the dataset with the labels as they stand. */
  async freeze(): Promise<DatasetVersion | null> {
    const state = this.#opened.value;
    const version = this.detail?.version.id;
    if (!state || !version) return null;
    return this.#studio.call('labels.freeze', { labelling: state.labelling, version });
  }

  #mark(samples: readonly number[], by: 1 | -1): void {
    const next = new Map(this.#saving);
    for (const sample of samples) {
      const count = (next.get(sample) ?? 0) + by;
      if (count > 0) next.set(sample, count);
      else next.delete(sample);
    }
    this.#saving = next;
  }

  #take(state: LabellingState, { samples, classes, can }: LabelOutcome): void {
    for (const { sample, label } of samples) {
      state.states[sample] = labelStates.indexOf(label.state);
      state.first[sample] = label.classes[0] ?? 0;
      if (label.classes.length > 1) state.several[sample] = label.classes;
      else delete state.several[sample];
      state.confidences[sample] = label.confidence ?? NaN;
      const at = state.noted.indexOf(sample);
      if (label.note !== '' && at < 0) state.noted.push(sample);
      if (label.note === '' && at >= 0) state.noted.splice(at, 1);
    }
    for (const { id, class: now } of classes) {
      const others = state.classes.filter((one) => one.id !== id);
      state.classes = now ? [...others, now] : others;
    }
    state.can = can;
    this.#revision++;
  }

  #prepare(): void {
    const sample = untrack(() => this.current);
    const from = untrack(() => this.#at);
    const next = [...untrack(() => this.#queue).subarray(from, from + ahead)];
    const before = [...untrack(() => this.#queue).subarray(Math.max(0, from - 1), from)];
    void this.samples.want([...(sample === null ? [] : [sample]), ...next, ...before]).catch(() => {});
  }
}

export const label = new LabelPlace();
