import type { RunId } from '../../src-main/shared/ids.ts';
import type { MetricPoint, MetricSeries, RunSummary } from '../../src-main/shared/run.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

/** One metric of one run. The arrays only grow; `length` is the rune that says so. */
export class LiveSeries implements MetricSeries {
  readonly run: RunId;
  readonly key: string;
  readonly steps: number[] = [];
  readonly epochs: number[] = [];
  readonly values: number[] = [];
  readonly times: number[] = [];
  #length = $state(0);
  #beyond = 0;
  sampledEvery = 1;

  constructor(run: RunId, key: string) {
    this.run = run;
    this.key = key;
  }

  get length(): number {
    return this.#length;
  }
  /** How many points the run has stored, where not all of them are here. */
  get total(): number {
    return this.#length + this.#beyond;
  }

  /** What a sampled answer left out. */
  leaveOut(points: number, every: number): void {
    this.#beyond = points;
    this.sampledEvery = every;
  }

  /** Points arrive in order; one that repeats a step already here is old news. */
  push(step: number, epoch: number, value: number, time: number): void {
    if (this.steps.length > 0 && step <= this.steps[this.steps.length - 1]) return;
    this.steps.push(step);
    this.epochs.push(epoch);
    this.values.push(value);
    this.times.push(time);
  }
  settle(): void {
    this.#length = this.steps.length;
  }
}

/** The runs of the workspace, newest first, and the metrics of those that are looked at. */
export class Runs {
  #studio: Studio;
  #list = new Resource<RunSummary[]>();
  #series = $state.raw(new Map<RunId, Map<string, LiveSeries>>());
  #asked = new Map<RunId, Promise<void>>();
  #places = $derived(
    new Map((this.#list.value ?? []).toSorted((a, b) => a.createdAt - b.createdAt).map((run, i) => [run.id, i])),
  );

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): RunSummary[] {
    return (this.#list.value ?? []).filter((run) => !run.archived);
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }

  byId(id: RunId | null | undefined): RunSummary | undefined {
    return this.#list.value?.find((run) => run.id === id);
  }

  /** How many runs are older: it never changes, so a colour taken from it never does. */
  ordinal(id: RunId): number {
    return this.#places.get(id) ?? 0;
  }

  async load(): Promise<void> {
    await this.#list.load(async () =>
      (await this.#studio.call('runs.list')).toSorted((a, b) => b.createdAt - a.createdAt),
    );
  }

  /** The run's metrics, kept up to date from then on. */
  series(id: RunId): ReadonlyMap<string, LiveSeries> {
    return this.#series.get(id) ?? new Map();
  }

  /** Fetches what is missing. Finished runs are fetched once; a running one goes on by events. */
  async follow(ids: readonly RunId[]): Promise<void> {
    const missing = ids.filter((id) => !this.#asked.has(id));
    if (missing.length > 0) {
      const asked = this.#fetch(missing);
      for (const id of missing) this.#asked.set(id, asked);
    }
    await Promise.all(ids.map((id) => this.#asked.get(id)));
  }

  async #fetch(ids: RunId[]): Promise<void> {
    try {
      for (let i = 0; i < ids.length; i += 200) {
        const found = await this.#studio.call('runs.metrics', { runs: ids.slice(i, i + 200) });
        const early = this.#series;
        const next = new Map(early);
        for (const id of ids.slice(i, i + 200)) next.set(id, new Map());
        for (const part of found) fill(next.get(part.run)!, part);
        // Points told while the answer was on its way come after it.
        for (const id of ids.slice(i, i + 200)) for (const s of early.get(id)?.values() ?? []) fill(next.get(id)!, s);
        this.#series = next;
      }
    } catch (error) {
      for (const id of ids) this.#asked.delete(id);
      throw error;
    }
  }

  takePoints(run: RunId, points: readonly MetricPoint[]): void {
    const known = this.#series.get(run) ?? new Map<string, LiveSeries>();
    const touched = new Set<LiveSeries>();
    let grown = !this.#series.has(run);
    for (const point of points) {
      let series = known.get(point.key);
      if (!series) {
        known.set(point.key, (series = new LiveSeries(run, point.key)));
        grown = true;
      }
      series.push(point.step, point.epoch, point.value, point.time);
      touched.add(series);
    }
    for (const series of touched) series.settle();
    if (grown) this.#series = new Map(this.#series).set(run, new Map(known));
    const latest = Object.fromEntries(points.map((point) => [point.key, point.value]));
    this.#patch(run, (summary) => ({ ...summary, metrics: { ...summary.metrics, ...latest } }));
  }

  async archive(ids: RunId[], archived: boolean): Promise<void> {
    await this.#studio.call('runs.archive', { ids, archived });
    for (const id of ids) this.#patch(id, (run) => ({ ...run, archived }));
  }

  async rename(id: RunId, name: string): Promise<void> {
    await this.#studio.call('runs.rename', { id, name });
    this.#patch(id, (run) => ({ ...run, name }));
  }

  async note(id: RunId, notes: string): Promise<void> {
    await this.#studio.call('runs.note', { id, notes });
    this.#patch(id, (run) => ({ ...run, notes }));
  }

  #patch(id: RunId, change: (run: RunSummary) => RunSummary): void {
    if (this.byId(id)) this.#list.patch((list) => list.map((run) => (run.id === id ? change(run) : run)));
  }
}

function fill(into: Map<string, LiveSeries>, from: MetricSeries): void {
  let series = into.get(from.key);
  if (!series) into.set(from.key, (series = new LiveSeries(from.run, from.key)));
  for (let i = 0; i < from.steps.length; i++) series.push(from.steps[i], from.epochs[i], from.values[i], from.times[i]);
  series.settle();
  if (from.sampledEvery > 1) series.leaveOut(from.total - from.steps.length, from.sampledEvery);
}

export const runs = new Runs();
