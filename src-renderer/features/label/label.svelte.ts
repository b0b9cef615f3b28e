import { untrack } from 'svelte';
import type { DatasetDetail, Manifest } from '../../../src-main/shared/dataset.ts';
import { tellingWays, type Learnt, type TellingWay } from '../../../src-main/shared/few-shot.ts';
import type { DatasetId, VersionId } from '../../../src-main/shared/ids.ts';
import {
  isJudgedKind,
  labelStates,
  markedKinds,
  mostAtOnce,
  type ClassAct,
  type LabelClass,
  type LabellingKind,
  type LabellingPass,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type UndoState,
} from '../../../src-main/shared/labels.ts';
import { isSwapped, type JudgedWish } from '../../../src-main/shared/judged.ts';
import type { Settlement } from '../../../src-main/shared/agreement.ts';
import { studio, type Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { doubtsOfLearnt, type Doubts } from './doubts.ts';
import { countLabels, queueOf, type QueueOrder } from './label-queue.ts';
import { kindsFor, usualKind } from './label-kinds.ts';
import { judgedWord } from './judged/judged-words.ts';
import { columnsThere } from './judged/judged-columns.ts';
import { takeOutcome } from './label-outcome.ts';
import { Learning } from './learning.svelte.ts';
import { LearntShown } from './learnt-shown.ts';
import { markCalls } from './mark-calls.ts';
import { SampleMarks, type ShownEdit } from './marks.svelte.ts';
import { SampleQueue, type QueueWish } from './sample-queue.svelte.ts';
import { Saving } from './saving.svelte.ts';
import { ShownSamples } from './shown-samples.svelte.ts';
import type { StageHand } from './stage-hand.ts';
import { standingOf, type Standing } from './standing.ts';
import { Suggesting } from './suggesting.ts';

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
  readonly suggesting: Suggesting;
  #detail = new Resource<DatasetDetail>();
  #opened = new Resource<LabellingState>();
  /** The arrays of what holds are changed in place: this goes up with each change. */
  #revision = $state(0);
  readonly #saving = new Saving();
  readonly queue = new SampleQueue(() => this.#prepare());
  #doubts = $state.raw<Doubts>({});
  readonly #learnt = new LearntShown();
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
    this.suggesting = new Suggesting(through, this);
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
    return this.#saving.count;
  }
  /** The sample looked at; null at the end of the queue. */
  get current(): number | null {
    return this.queue.current;
  }
  /** Samples chosen in the grid. */
  get chosen(): ReadonlySet<number> {
    return this.#chosen;
  }

  of(sample: number): Standing | null {
    const { state } = this;
    return state && standingOf(state, sample, this.classes, this.#saving.has(sample));
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
      this.queue.put(new Int32Array(0));
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
    const columns = isJudgedKind(kind) ? columnsThere(judged ?? asBefore, detail.version.manifest) : undefined;
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
    this.#learnt.forget();
    this.learning.forget();
    const todo = opened.states.some((state) => labelStates[state] === 'new' || labelStates[state] === 'suggested');
    this.queue.wish({ order: 'given', ofClass: null, filter: todo ? 'todo' : 'all' });
    this.requeue();
  }

  /** What is gone through, anew: samples that no longer fit leave only now, and not while one goes on. */
  requeue(change: QueueWish = {}): void {
    this.queue.wish(change);
    const state = untrack(() => this.#opened.value);
    if (!state) return;
    this.queue.put(this.#ordered(state));
    this.#chosen = new Set();
    this.#prepare();
  }

  #ordered(state: LabellingState): Int32Array {
    const { filter, ofClass, order } = this.queue;
    return queueOf(state, filter, ofClass, order, this.classes, this.#doubtsFor(order));
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
    await this.#saving.during(samples, async () => {
      for (let at = 0; at < samples.length; at += mostAtOnce) {
        const some = samples.slice(at, at + mostAtOnce);
        const { labelling } = state;
        this.#take(state, await this.#studio.call('labels.set', { labelling, samples: some, label }));
        this.learning.labelled(some.length);
      }
    });
  }

  /** Does it to the marks of a sample, as one edit; the keys of what was put. */
  mark(sample: number, edits: readonly ShownEdit[]): Promise<number[]> {
    return this.markAll(new Map([[sample, edits]]));
  }

  /** The same of several samples, all as one edit. */
  async markAll(given: ReadonlyMap<number, readonly ShownEdit[]>): Promise<number[]> {
    const samples = [...given].flatMap(([sample, edits]) => (edits.length > 0 ? [sample] : []));
    return samples.length === 0 ? [] : this.#saving.during(samples, () => this.marks.editAll(given));
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
    this.queue.wish({ order: way });
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
    this.#learnt.show(state, learnt);
    this.#doubts = doubtsOfLearnt(learnt, state.states.length);
    this.#revision++;
    this.#rerank();
  }

  /** What comes behind the sample in front, anew. */
  #rerank(): void {
    const state = this.#opened.value;
    if (state && this.#doubtsFor(this.queue.order)) this.queue.putBehind(this.#ordered(state));
  }

  /** Makes one of two passes' answers the label, or none of them. */
  async settle(sample: number, take: Settlement, classes?: number[]): Promise<void> {
    const state = this.#opened.value;
    if (!state) return;
    const { labelling } = state;
    this.#take(state, await this.#studio.call('labels.settle', { labelling, sample, take, classes }));
  }

  /** What is to be gone through by what a run is not sure of. */
  doubtBy(doubts: Doubts): void {
    this.#doubts = doubts;
    this.requeue({ filter: 'todo', order: this.queue.order in doubts ? this.queue.order : 'margin' });
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
    else if (!seen) this.queue.look(changed.sample);
    return changed.sample;
  }

  #take(state: LabellingState, outcome: LabelOutcome): void {
    takeOutcome(state, outcome);
    this.#learnt.said(outcome.samples);
    if (outcome.manyMarks) this.#askAgain(outcome.samples.map(({ sample }) => sample));
    else this.marks.take(outcome.marks);
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
    const wanted = untrack(() => this.queue.near);
    // Objects are drawn on pictures of their own, at every zoom.
    void this.samples.want(wanted, untrack(() => this.kind) !== 'objects').catch(() => {});
    if (untrack(() => this.marked)) void this.marks.want(wanted).catch(() => {});
  }
}

export const label = new LabelPlace();
