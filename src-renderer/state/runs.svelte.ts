import { untrack } from 'svelte';
import type { RunId } from '../../src-main/shared/ids.ts';
import { isActive } from '../../src-main/shared/job.ts';
import { unpackCurves } from '../../src-main/shared/packed-curves.ts';
import { runsOfPage, type MetricPoint, type RunListing, type RunSummary } from '../../src-main/shared/run.ts';
import type { RunImportance } from '../../src-main/shared/run-importance.ts';
import { trainingKey } from '../../src-main/shared/run-fields.ts';
import { samplesPerEpoch } from '../../src-main/shared/samples-seen.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { fill, joined, LiveSeries } from './live-series.svelte.ts';
import { Resource } from './resource.svelte.ts';

/** Steps, both included. */
interface Stretch {
  from: number;
  to: number;
}

/** Of a curve, or of the part of it that is looked at: enough for the lowest and highest of every pixel. */
const mostPoints = 4000;
/** Of more that have changed at once the whole list is read again. */
const mostNews = 200;
/** How many metrics of all runs are kept at hand. */
const mostColumns = 40;
/** Tables and details take a running one's latest numbers this often, in milliseconds: nobody reads them faster. */
const latestEvery = 500;
/** Of how many runs all metrics are. */
const mostWhole = 100;

/** The runs of the workspace, newest first, and the metrics of those that are looked at. */
export class Runs {
  #studio: Studio;
  #list = new Resource<RunSummary[]>();
  #series = $state.raw(new Map<RunId, Map<string, LiveSeries>>());
  #asked = new Map<string, Promise<void>>();
  #settings = new Map<RunId, { text: string; settings: RunSummary['settings'] }>();
  /** Those to be read again, where that is under way. */
  #news: Set<RunId> | null = null;
  #loading: Promise<void> = Promise.resolve();
  #columns = $state.raw(new Map<string, ReadonlyMap<RunId, number>>());
  #columnsAsked = new Set<string>();
  #whole = $state.raw(new Map<RunId, Record<string, number>>());
  #looking = new Map<LiveSeries, readonly Stretch[] | null>();
  /** How many samples the training split of a run's data has. */
  readonly #trainSamples = new Map<RunId, number | null>();
  #latest = new Map<RunId, Record<string, number>>();
  #latestTaken = -Infinity;
  #latestTimer: ReturnType<typeof setTimeout> | undefined;
  #places = $derived(
    new Map((this.#list.value ?? []).toSorted((a, b) => a.createdAt - b.createdAt).map((run, i) => [run.id, i])),
  );

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  #all = $derived(
    (this.#list.value ?? []).map((run) => {
      const whole = this.#whole.get(run.id);
      return whole ? { ...run, metrics: { ...whole, ...run.metrics } } : run;
    }),
  );
  #byId = $derived(new Map(this.#all.map((run) => [run.id, run])));
  #shown = $derived(this.#all.filter((run) => !run.archived));
  #archived = $derived(this.#all.filter((run) => run.archived));

  /** Those in use. Of their metrics the usual ones are here; `want` gets all of a run's, `column` one of all runs. */
  get list(): RunSummary[] {
    return this.#shown;
  }
  /** Those that were put away. */
  get archived(): RunSummary[] {
    return this.#archived;
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error;
  }

  byId(id: RunId | null | undefined): RunSummary | undefined {
    return id ? this.#byId.get(id) : undefined;
  }

  /** How many runs are older: it never changes, so a colour taken from it never does. */
  ordinal(id: RunId): number {
    return this.#places.get(id) ?? 0;
  }

  /** All of them anew. */
  async load(): Promise<void> {
    this.#news = null;
    await (this.#loading = this.#loadAll());
  }

  /**
   * These are new or have changed, or any may be. Only they are read again; what comes while that is under way is read after it, all at
   * once.
   */
  async changed(ids?: readonly RunId[]): Promise<void> {
    if (!ids) return this.load();
    const asked = this.#news !== null;
    this.#news ??= new Set();
    for (const id of ids) this.#news.add(id);
    if (asked) return;
    // What was asked for before may say less of them than is known now.
    await this.#loading;
    const news = [...((this.#news as Set<RunId> | null) ?? [])];
    this.#news = null;
    if (news.length > mostNews || this.#list.value === null) return this.load();
    if (news.length > 0) await (this.#loading = this.#loadSome(news));
  }

  async #loadSome(ids: RunId[]): Promise<void> {
    const [columns, whole] = untrack(() => [this.#columns, ids.filter((id) => this.#whole.has(id))]);
    try {
      const found = await this.#studio.call('runs.some', { ids, metrics: [...columns.keys()] });
      for (const run of found) if (!isActive(run)) this.#latest.delete(run.id);
      const next = new Map(found.map((run) => [run.id, this.#summary(run)]));
      this.#list.patch((list) => {
        const known = new Set(list.map(({ id }) => id));
        const fresh = [...next.values()].filter(({ id }) => !known.has(id));
        const all = list.map((run) => next.get(run.id) ?? run);
        return fresh.length === 0 ? all : [...fresh, ...all].sort((a, b) => b.createdAt - a.createdAt);
      });
      this.#takeColumns(found);
      await this.#readWhole(whole);
    } catch {
      // Whatever it was, the whole list tells it, or that it cannot be read.
      await this.#loadAll();
    }
  }

  /** Metrics of all runs that are at hand, where these runs have others now. */
  #takeColumns(found: readonly RunListing[]): void {
    const columns = untrack(() => this.#columns);
    if (columns.size === 0) return;
    this.#columns = new Map(
      [...columns].map(([key, column]) => {
        const changed = new Map(column);
        for (const { id, metrics } of found) {
          if (Object.hasOwn(metrics, key)) changed.set(id, metrics[key]);
          else changed.delete(id);
        }
        return [key, changed];
      }),
    );
  }

  async #loadAll(): Promise<void> {
    await this.#list.load(async () => {
      const listed = await this.#listed();
      // Of what has ended the numbers stand: those of its best checkpoint.
      for (const run of listed) if (!isActive(run)) this.#latest.delete(run.id);
      return listed.map((run) => this.#summary(run)).sort((a, b) => b.createdAt - a.createdAt);
    });
    const [columns, whole] = untrack(() => [[...this.#columns.keys()], [...this.#whole.keys()]]);
    await Promise.all([...columns.map((key) => this.#readColumn(key)), this.#readWhole(whole)]);
  }

  /** All pages of the list. */
  async #listed(): Promise<RunListing[]> {
    const listed: RunListing[] = [];
    for (;;) {
      const page = await this.#studio.call('runs.list', { olderThan: listed.at(-1)?.id });
      listed.push(...page);
      if (page.length < runsOfPage) return listed;
    }
  }

  /** What a run was asked to do hardly ever changes: it is read once, and again where epochs were added. */
  #summary({ settings: text, ...run }: RunListing): RunSummary {
    let known = this.#settings.get(run.id);
    if (known?.text !== text) {
      known = { text, settings: JSON.parse(text) as RunSummary['settings'] };
      this.#settings.set(run.id, known);
    }
    return { ...run, settings: known.settings } as RunSummary;
  }

  /** All metrics of these runs, from then on; of more than `mostWhole` those of the first. */
  async want(ids: readonly RunId[]): Promise<void> {
    const missing = untrack(() => ids.slice(0, mostWhole).filter((id) => !this.#whole.has(id)));
    if (missing.length > 0) await this.#readWhole(missing);
  }

  async #readWhole(ids: readonly RunId[]): Promise<void> {
    if (ids.length === 0) return;
    const { runs, ends, names, places, values } = await this.#studio.call('runs.allMetrics', { ids: [...ids] });
    const next = new Map(untrack(() => this.#whole));
    let at = 0;
    runs.forEach((id, i) => {
      const metrics: Record<string, number> = {};
      for (; at < ends[i]; at++) metrics[names[places[at]]] = values[at];
      next.delete(id);
      next.set(id, metrics);
    });
    this.#whole = new Map([...next].slice(-mostWhole));
  }

  /** Every metric that any run has. */
  metricKeys(): Promise<string[]> {
    return this.#studio.call('runs.metricKeys');
  }

  /** Has this metric of all runs at hand, from then on. */
  async column(key: string): Promise<void> {
    if (this.#columnsAsked.has(key)) return;
    this.#columnsAsked.add(key);
    await this.#readColumn(key).catch((error: unknown) => {
      this.#columnsAsked.delete(key);
      throw error;
    });
  }

  async #readColumn(key: string): Promise<void> {
    const { runs: ids, values } = await this.#studio.call('runs.column', { key });
    const column = new Map(ids.flatMap((id, i) => (values[i] === null ? [] : [[id, values[i]] as const])));
    const next = [...untrack(() => this.#columns)].filter(([other]) => other !== key);
    for (const [gone] of next.slice(0, Math.max(0, next.length + 1 - mostColumns))) this.#columnsAsked.delete(gone);
    this.#columns = new Map([...next.slice(-(mostColumns - 1)), [key, column]]);
  }

  /** What settings have to do with a metric, over these runs. */
  importance(ids: readonly RunId[], metric: string): Promise<RunImportance> {
    return this.#studio.call('runs.importance', { runs: [...ids], metric });
  }

  /** A metric of all runs, where it is at hand. */
  columnOf(key: string): ReadonlyMap<RunId, number> | undefined {
    return this.#columns.get(key);
  }
  /** A run's metric, as far as it is at hand. */
  metric(run: RunSummary, key: string): number | undefined {
    return run.metrics[key] ?? this.#columns.get(key)?.get(run.id);
  }

  /** The run's metrics, kept up to date from then on. */
  series(id: RunId): ReadonlyMap<string, LiveSeries> {
    return this.#series.get(id) ?? new Map();
  }

  /** Which curves these runs have, in order of the alphabet. */
  async curveKeys(ids: readonly RunId[]): Promise<string[]> {
    const keys = new Set<string>();
    for (let i = 0; i < ids.length; i += 200) {
      const part = ids.slice(i, i + 200);
      const found = await this.#studio.call('runs.curves', { runs: part });
      part.forEach((run, at) => this.#trainSamples.set(run, found.trainSamples[at]));
      for (const key of found.keys) keys.add(key);
    }
    return [...keys].sort();
  }

  /** Fetches what is missing: all curves of these runs or those of some keys. They are fetched once; a running one's go on by events. */
  async follow(ids: readonly RunId[], keys?: readonly string[]): Promise<void> {
    const names = (id: RunId) => (keys ? keys.map((key) => `${id} ${key}`) : [id]);
    const missing = ids.filter((id) => names(id).some((name) => !this.#asked.has(name)));
    if (missing.length > 0) {
      const asked = this.#fetch(missing, keys);
      for (const name of missing.flatMap(names)) this.#asked.set(name, asked);
      asked.catch(() => {
        for (const name of missing.flatMap(names)) this.#asked.delete(name);
      });
    }
    await Promise.all(ids.flatMap(names).map((name) => this.#asked.get(name)));
  }

  async #fetch(ids: RunId[], keys?: readonly string[]): Promise<void> {
    for (let i = 0; i < ids.length; i += 200) {
      const part = ids.slice(i, i + 200);
      const found = await this.#studio.call('runs.metrics', {
        runs: part,
        maxPoints: mostPoints,
        ...(keys ? { keys: [...keys] } : {}),
      });
      const early = this.#series;
      const next = new Map(early);
      const wanted = keys && new Set(keys);
      // Those of other keys stay; of these what was told while the answer was on its way comes after it.
      for (const id of part) {
        const others = [...(early.get(id) ?? [])].filter(([key]) => wanted && !wanted.has(key));
        next.set(id, new Map(others));
      }
      for (const one of unpackCurves(found)) fill(next.get(one.run)!, one);
      for (const id of part) {
        for (const [key, series] of early.get(id) ?? []) if (!wanted || wanted.has(key)) fill(next.get(id)!, series);
      }
      this.#series = next;
    }
  }

  /**
   * Reads a thinned curve more closely in these stretches of steps, which follow one another. Of several wishes while one is on its way the
   * last counts.
   */
  async look(series: LiveSeries, stretches: readonly Stretch[]): Promise<void> {
    if (this.#looking.has(series)) {
      this.#looking.set(series, stretches);
      return;
    }
    this.#looking.set(series, null);
    try {
      const { run, key } = series;
      const maxPoints = Math.max(1000, Math.floor(mostPoints / stretches.length));
      const parts = await Promise.all(
        stretches.map(({ from, to }) =>
          this.#studio.call('runs.metrics', { runs: [run], keys: [key], from, to, maxPoints }),
        ),
      );
      series.close = joined(parts.flatMap(unpackCurves));
    } finally {
      const next = this.#looking.get(series);
      this.#looking.delete(series);
      if (next) await this.look(series, next);
    }
  }

  /** Of an imported run as its source calls it; not a number where it does not say. */
  #batchSize(id: RunId): number {
    const run = this.byId(id);
    if (run === undefined || run.origin === null) return run?.settings.batchSize ?? 1;
    const [, told] = Object.entries(run.settings).find(([name]) => trainingKey(name) === 'batchSize') ?? [];
    return Number(told ?? NaN);
  }

  /** How many samples a run has been trained on at a point: exactly where its data and its points tell, else by whole batches. */
  samplesAt(series: LiveSeries): (step: number, epoch: number) => number {
    const batchSize = this.#batchSize(series.run);
    const counted = this.#trainSamples.get(series.run) ?? null;
    const each = samplesPerEpoch({ counted, batchSize }, series.steps, series.epochs);
    return each === null ? (step) => step * batchSize : (_, epoch) => Math.round(epoch * each);
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
    let latest = this.#latest.get(run);
    if (!latest) this.#latest.set(run, (latest = {}));
    for (const { key, value } of points) latest[key] = value;
    const wait = this.#latestTaken + latestEvery - performance.now();
    if (wait <= 0) this.#takeLatest();
    else this.#latestTimer ??= setTimeout(() => this.#takeLatest(), wait);
  }

  /** The latest numbers of all that run, into the list at once: each change of it is looked at by all that shows runs. */
  #takeLatest(): void {
    clearTimeout(this.#latestTimer);
    this.#latestTimer = undefined;
    this.#latestTaken = performance.now();
    const news = this.#latest;
    this.#latest = new Map();
    this.#list.patch((list) =>
      list.map((run) => {
        const latest = news.get(run.id);
        return latest ? { ...run, metrics: { ...run.metrics, ...latest } } : run;
      }),
    );
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

  async tag(ids: RunId[], add: string[], remove: string[]): Promise<void> {
    await this.#studio.call('runs.tag', { ids, add, remove });
    for (const id of ids) {
      this.#patch(id, (run) => ({
        ...run,
        tags: [...new Set([...run.tags.filter((tag) => !remove.includes(tag)), ...add])].sort(),
      }));
    }
  }

  #patch(id: RunId, change: (run: RunSummary) => RunSummary): void {
    if (this.byId(id)) this.#list.patch((list) => list.map((run) => (run.id === id ? change(run) : run)));
  }
}

export const runs = new Runs();
