import { untrack } from 'svelte';
import type { RunId } from '../../src-main/shared/ids.ts';
import { isActive } from '../../src-main/shared/job.ts';
import { runsOfPage, type MetricPoint, type RunListing, type RunSummary } from '../../src-main/shared/run.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';
import { RunCurves } from './run-curves.svelte.ts';
import { RunMetrics } from './run-metrics.svelte.ts';

/** Of more that have changed at once the whole list is read again. */
const mostNews = 200;
/** Tables and details take a running one's latest numbers this often, in milliseconds: nobody reads them faster. */
const latestEvery = 500;

/** The runs of the workspace, newest first. */
export class Runs {
  readonly curves: RunCurves;
  readonly metrics: RunMetrics;
  readonly #studio: Studio;
  readonly #list = new Resource<RunSummary[]>();
  readonly #settings = new Map<RunId, { text: string; settings: RunSummary['settings'] }>();
  /** Those to be read again, where that is under way. */
  #news: Set<RunId> | null = null;
  #loading: Promise<void> = Promise.resolve();
  #latest = new Map<RunId, Record<string, number>>();
  #latestTaken = -Infinity;
  #latestTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(through: Studio = studio) {
    this.#studio = through;
    this.curves = new RunCurves(through, (id) => this.byId(id));
    this.metrics = new RunMetrics(through);
  }

  #all = $derived(this.#list.value ?? []);
  #byId = $derived(new Map(this.#all.map((run) => [run.id, run])));
  #places = $derived(new Map(this.#all.toSorted((a, b) => a.createdAt - b.createdAt).map((run, i) => [run.id, i])));
  #shown = $derived(this.#all.filter((run) => !run.archived));
  #archived = $derived(this.#all.filter((run) => run.archived));

  /** Those in use, with the usual ones of their metrics; `metrics` has others. */
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
    const metrics = untrack(() => this.metrics.columns);
    try {
      const found = await this.#studio.call('runs.some', { ids, metrics });
      for (const run of found) if (!isActive(run)) this.#latest.delete(run.id);
      const next = new Map(found.map((run) => [run.id, this.#summary(run)]));
      this.#list.patch((list) => {
        const known = new Set(list.map(({ id }) => id));
        const fresh = [...next.values()].filter(({ id }) => !known.has(id));
        const all = list.map((run) => next.get(run.id) ?? run);
        return fresh.length === 0 ? all : [...fresh, ...all].sort((a, b) => b.createdAt - a.createdAt);
      });
      await this.metrics.changed(found);
    } catch {
      // Whatever it was, the whole list tells it, or that it cannot be read.
      await this.#loadAll();
    }
  }

  async #loadAll(): Promise<void> {
    await this.#list.load(async () => {
      const listed = await this.#listed();
      // Of what has ended the numbers stand: those of its best checkpoint.
      for (const run of listed) if (!isActive(run)) this.#latest.delete(run.id);
      return listed.map((run) => this.#summary(run)).sort((a, b) => b.createdAt - a.createdAt);
    });
    await this.metrics.reload();
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

  takePoints(run: RunId, points: readonly MetricPoint[]): void {
    this.curves.take(run, points);
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
    this.#patch(ids, (run) => ({ ...run, archived }));
  }

  async rename(id: RunId, name: string): Promise<void> {
    await this.#studio.call('runs.rename', { id, name });
    this.#patch([id], (run) => ({ ...run, name }));
  }

  async note(id: RunId, notes: string): Promise<void> {
    await this.#studio.call('runs.note', { id, notes });
    this.#patch([id], (run) => ({ ...run, notes }));
  }

  async tag(ids: RunId[], add: string[], remove: string[]): Promise<void> {
    await this.#studio.call('runs.tag', { ids, add, remove });
    this.#patch(ids, (run) => ({
      ...run,
      tags: [...new Set([...run.tags.filter((tag) => !remove.includes(tag)), ...add])].sort(),
    }));
  }

  #patch(ids: readonly RunId[], change: (run: RunSummary) => RunSummary): void {
    const these = new Set(ids);
    this.#list.patch((list) => list.map((run) => (these.has(run.id) ? change(run) : run)));
  }
}

export const runs = new Runs();
