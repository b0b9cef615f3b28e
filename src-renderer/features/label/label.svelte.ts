import { untrack } from 'svelte';
import type { DatasetDetail, DatasetVersion, Manifest } from '../../../src-main/shared/dataset.ts';
import { tellingWays, type Learnt, type TellingWay } from '../../../src-main/shared/few-shot.ts';
import type { DatasetId, RunId, VersionId } from '../../../src-main/shared/ids.ts';
import {
  isJudgedKind,
  labelStates,
  markedKinds,
  mostAtOnce,
  resolvedClass,
  type ClassAct,
  type LabelClass,
  type LabellingKind,
  type LabellingPass,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type LabelRule,
  type LabelState,
  type UndoState,
} from '../../../src-main/shared/labels.ts';
import { isSwapped, type JudgedWish } from '../../../src-main/shared/judged.ts';
import type { Settlement } from '../../../src-main/shared/agreement.ts';
import type { MarkSuggestions } from '../../../src-main/shared/marks.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { countLabels, goneOn, queueOf, type DoubtOrder, type QueueOrder, type StateFilter } from './label-queue.ts';
import { kindsFor, usualKind } from './label-kinds.ts';
import { judgedWord } from './judged/judged-words.ts';
import { Learning } from './learning.svelte.ts';
import { markCalls } from './mark-calls.ts';
import { SampleMarks, type ShownEdit } from './marks.svelte.ts';
import { ShownSamples } from './shown-samples.svelte.ts';
import type { StageHand } from './stage-hand.ts';

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
  readonly marks: SampleMarks;
  /** What the stage in front does with keys and classes, where its kind has more to do than to name the sample. */
  hand = $state.raw<StageHand | null>(null);
  /** The class that the next mark is given; null: the first. */
  #pen = $state<number | null>(null);
  readonly learning: Learning;
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
  /** By measure, per sample; NaN where nothing was asked of it. */
  #doubts = $state.raw<Partial<Record<DoubtOrder, Float32Array>>>({});
  /** Samples whose suggestion follows from the labels: it stands nowhere yet. */
  #learnt = new Set<number>();
  kind = $state<LabellingKind>('single');
  /** Who labels a second time is shown nothing of the first. */
  pass = $state<LabellingPass>(1);
  mode = $state<'stage' | 'grid' | 'agree'>('stage');
  /** So many were labelled when training was last offered. */
  offered = $state(0);
  #chosen = $state.raw<ReadonlySet<number>>(new Set());

  constructor(through: Studio = studio) {
    this.#studio = through;
    this.samples = new ShownSamples(through);
    this.marks = new SampleMarks(markCalls(through, (outcome) => this.heard(outcome)));
    const asked = () => {
      const { state, detail } = this;
      return state && detail ? { labelling: state.labelling, version: detail.version.id } : null;
    };
    this.learning = new Learning(through, asked, (learnt) => this.#takeLearnt(learnt));
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
  /** Judgements by their words: on the stage by the side on which an answer stands, for which column it is from is not to be seen there. */
  readonly classes = $derived.by(() => {
    void this.#revision;
    const { kind, classes = [] } = this.#opened.value ?? {};
    return new Map(
      classes.map((one): [number, LabelClass] => [
        one.id,
        kind && isJudgedKind(kind) ? { ...one, name: judgedWord(kind, one.name, this.mode === 'stage') } : one,
      ]),
    );
  });
  /** Those that samples can be given, in their order. */
  readonly usable: LabelClass[] = $derived(
    [...this.classes.values()]
      .filter(({ mergedInto, removed }) => mergedInto === null && !removed)
      .sort((a, b) => a.place - b.place || a.id - b.id),
  );
  /** Samples of this kind hold marks. */
  get marked(): boolean {
    return markedKinds.includes(this.kind);
  }
  /** The class that the next mark is given; null where there are no classes. */
  get pen(): number | null {
    return this.usable.some(({ id }) => id === this.#pen) ? this.#pen : (this.usable[0]?.id ?? null);
  }
  set pen(id: number | null) {
    this.#pen = id;
  }
  /**
   * The class that is meant by what is shown for a sample, and the other way round: on the stage the answers of a pair change sides by lot, and the
   * first class there is the one on the left.
   */
  sided(id: number, sample: number | null = this.current): number {
    const state = this.#opened.value;
    if (state?.kind !== 'pair' || this.mode !== 'stage' || sample === null || id > 2) return id;
    return isSwapped(state.labelling, sample) ? 3 - id : id;
  }
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
  async open(
    id: DatasetId,
    version?: VersionId,
    wished?: LabellingKind,
    pass: LabellingPass = untrack(() => this.pass),
    judged?: JudgedWish,
  ): Promise<void> {
    const before = untrack(() => this.#opened.value);
    if (before && (before.dataset !== id || before.pass !== pass)) {
      this.#opened.set(null);
      // Another dataset may have fewer samples than those that were gone through.
      this.#queue = new Int32Array(0);
      this.#at = 0;
      this.#aside = null;
      this.#chosen = new Set();
    }
    const last = untrack(() => this.detail?.summary.id);
    if (last !== undefined && last !== id && untrack(() => this.mode) === 'agree') this.mode = 'stage';
    this.pass = pass;
    const detail = await this.#detail.load(() => this.#studio.call('datasets.get', { id, version }));
    if (!detail) return;
    const fitting = kindsFor(detail.version.manifest);
    const same = before?.dataset === id ? this.kind : usualKind(detail.version.manifest);
    const kind = wished && fitting.includes(wished) ? wished : same;
    this.kind = kind;
    const asBefore = before?.dataset === id && before.kind === kind ? (before.judged ?? undefined) : undefined;
    const columns = isJudgedKind(kind) ? existingColumns(judged ?? asBefore, detail.version.manifest) : undefined;
    this.samples.use(detail.version.id, detail.version.manifest);
    const opened = await this.#opened.load(() =>
      this.#studio.call('labels.open', { version: detail.version.id, kind, pass, ...(columns && { judged: columns }) }),
    );
    if (!opened) return;
    this.marks.use(this.marked ? opened.labelling : null);
    this.#revision++;
    if (before?.labelling === opened.labelling) return this.#prepare();
    this.offered = this.settled;
    this.#doubts = {};
    this.#learnt.clear();
    this.learning.forget();
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
        this.learning.labelled(some.length);
      }
    } finally {
      this.#mark(samples, -1);
    }
  }

  /** Does it to the marks of a sample, as one edit; the keys of what was put. */
  mark(sample: number, edits: readonly ShownEdit[]): Promise<number[]> {
    return this.markAll(new Map([[sample, edits]]));
  }

  /** The same of several samples, all as one edit. */
  async markAll(given: ReadonlyMap<number, readonly ShownEdit[]>): Promise<number[]> {
    const samples = [...given].flatMap(([sample, edits]) => (edits.length > 0 ? [sample] : []));
    if (samples.length === 0) return [];
    this.#mark(samples, 1);
    try {
      return await this.marks.editAll(given);
    } finally {
      this.#mark(samples, -1);
    }
  }

  /** Whether samples can be put in that order: something was asked that tells it. */
  knows(order: QueueOrder): boolean {
    return this.#doubtsFor(order) !== null;
  }

  #doubtsFor(order: QueueOrder): Float32Array | null {
    return order === 'given' || order === 'shuffled' ? null : (this.#doubts[order] ?? null);
  }

  /** Lets the labels say what the others are, from now on; what tells most of them is gone through first. */
  learn(way: TellingWay = 'telling'): void {
    this.#order = way;
    this.learning.start(way);
  }

  /** Orders that the labels tell are asked for; others stand at once. */
  putInOrder(order: QueueOrder): void {
    const way = tellingWays.find((one) => one === order);
    if (way) return this.learn(way);
    this.requeue(order === 'suspicious' ? { order, filter: 'labelled' } : { order });
  }

  #takeLearnt(learnt: Learnt): void {
    const state = this.#opened.value;
    if (!state) return;
    const [isNew, isSuggested] = [labelStates.indexOf('new'), labelStates.indexOf('suggested')];
    for (const sample of this.#learnt) {
      if (state.states[sample] !== isSuggested) continue;
      state.states[sample] = isNew;
      state.first[sample] = 0;
      state.confidences[sample] = NaN;
    }
    this.#learnt.clear();
    const spread = (values: Float32Array): Float32Array => {
      const all = new Float32Array(state.states.length).fill(NaN);
      learnt.samples.forEach((sample, i) => (all[sample] = values[i]));
      return all;
    };
    learnt.samples.forEach((sample, i) => {
      if (state.states[sample] !== isNew || learnt.classes[i] === 0) return;
      state.states[sample] = isSuggested;
      state.first[sample] = learnt.classes[i];
      state.confidences[sample] = learnt.confidence[i];
      this.#learnt.add(sample);
    });
    const margin = spread(learnt.margin);
    // Those named come before all others, and these by how sure it is of them.
    const telling = margin.slice();
    learnt.next.forEach((sample, i) => (telling[sample] = 2 - i / learnt.next.length));
    const suspicious = new Float32Array(state.states.length).fill(NaN);
    learnt.suspicious.forEach((sample, i) => (suspicious[sample] = 1 - i / learnt.suspicious.length));
    const [entropy, leastConfidence] = [spread(learnt.entropy), spread(learnt.leastConfidence)];
    this.#doubts = { telling, diverse: telling, entropy, margin, leastConfidence, suspicious };
    this.#revision++;
    this.#rerank();
  }

  /** What comes behind the sample in front, anew. */
  #rerank(): void {
    const state = this.#opened.value;
    const doubts = this.#doubtsFor(this.#order);
    if (!state || !doubts) return;
    const fresh = queueOf(state, this.#filter, this.#ofClass, this.#order, this.classes, doubts);
    this.#queue = goneOn(this.#queue, this.#at, fresh);
    this.#prepare();
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
    const asked = this.#order in this.#doubts;
    this.requeue({ filter: 'todo', order: asked ? this.#order : 'margin' });
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

  /** Suggested marks that can be accepted. */
  async suggestions(): Promise<MarkSuggestions | null> {
    const state = this.#opened.value;
    await this.marks.settled();
    return state && this.#studio.call('labels.suggestions', { labelling: state.labelling });
  }

  async accept(atLeast: number): Promise<number> {
    const state = this.#opened.value;
    if (!state) return 0;
    await this.marks.settled();
    const channel = this.marked ? 'labels.acceptMarks' : 'labels.accept';
    const outcome = await this.#studio.call(channel, { labelling: state.labelling, atLeast });
    this.#take(state, outcome);
    this.learning.labelled(outcome.samples.length);
    return outcome.samples.length;
  }

  /** Makes one of two passes' answers the label, or none of them. */
  async settle(sample: number, take: Settlement, classes?: number[]): Promise<void> {
    const state = this.#opened.value;
    if (!state) return;
    const { labelling } = state;
    this.#take(state, await this.#studio.call('labels.settle', { labelling, sample, take, classes }));
  }

  async classAct(act: ClassAct): Promise<void> {
    const state = this.#opened.value;
    if (state) this.#take(state, await this.#studio.call('labels.class', { labelling: state.labelling, act }));
  }

  /** Of one sample, or across all: then to what it changed, unless that is in front; the first of it is told. */
  async back(act: 'undo' | 'redo', sample?: number): Promise<number | null> {
    const state = this.#opened.value;
    if (!state) return null;
    const { labelling } = state;
    await this.marks.settled();
    const outcome = await this.#studio.call(act === 'undo' ? 'labels.undo' : 'labels.redo', { labelling, sample });
    this.#take(state, outcome);
    this.learning.labelled(outcome.samples.length);
    const [changed] = outcome.samples;
    if (!changed) return null;
    const seen = outcome.samples.some((one) => one.sample === this.current);
    if (this.mode === 'grid') this.choose(outcome.samples.map((one) => one.sample));
    else if (!seen) this.look(changed.sample);
    return changed.sample;
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

  #take(state: LabellingState, { samples, classes, can, marks, manyMarks }: LabelOutcome): void {
    for (const { sample, label } of samples) {
      state.states[sample] = labelStates.indexOf(label.state);
      state.first[sample] = label.classes[0] ?? 0;
      if (label.classes.length > 1) state.several[sample] = label.classes;
      else delete state.several[sample];
      state.confidences[sample] = label.confidence ?? NaN;
      if (label.state !== 'suggested') this.#learnt.delete(sample);
      const at = state.noted.indexOf(sample);
      if (label.note !== '' && at < 0) state.noted.push(sample);
      if (label.note === '' && at >= 0) state.noted.splice(at, 1);
    }
    for (const { id, class: now } of classes) {
      const others = state.classes.filter((one) => one.id !== id);
      state.classes = now ? [...others, now] : others;
    }
    state.can = can;
    if (manyMarks) this.#askAgain(samples.map(({ sample }) => sample));
    else this.marks.take(marks);
    this.#revision++;
  }

  #askAgain(samples: readonly number[]): void {
    this.marks.forget(samples);
    this.#prepare();
  }

  /** What an act that was asked for elsewhere has changed. */
  heard(outcome: LabelOutcome): void {
    const state = this.#opened.value;
    if (state) this.#take(state, outcome);
  }

  #prepare(): void {
    const sample = untrack(() => this.current);
    const from = untrack(() => this.#at);
    const next = [...untrack(() => this.#queue).subarray(from, from + ahead)];
    const before = [...untrack(() => this.#queue).subarray(Math.max(0, from - 1), from)];
    const wanted = [...new Set([...(sample === null ? [] : [sample]), ...next, ...before])];
    // Objects are drawn on pictures of their own, at every zoom.
    void this.samples.want(wanted, untrack(() => this.kind) !== 'objects').catch(() => {});
    if (untrack(() => this.marked)) void this.marks.want(wanted).catch(() => {});
  }
}

/** Columns that are not there any more are chosen anew. */
function existingColumns(judged: JudgedWish | undefined, { columns }: Manifest): JudgedWish | undefined {
  const named = [judged?.prompt ?? [], judged?.answers ?? []].flat();
  return named.every((name) => columns.some((column) => column.name === name)) ? judged : undefined;
}

export const label = new LabelPlace();
