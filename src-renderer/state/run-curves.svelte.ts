import type { RunId } from '../../src-main/shared/ids.ts';
import { unpackCurves, type PackedCurves } from '../../src-main/shared/packed-curves.ts';
import type { MetricPoint, RunSummary } from '../../src-main/shared/run.ts';
import { trainingKey } from '../../src-main/shared/run-fields.ts';
import { samplesPerEpoch } from '../../src-main/shared/samples-seen.ts';
import type { Studio } from '../bridge/studio.ts';
import { fill, joined, LiveSeries } from './live-series.svelte.ts';

/** Steps, both included. */
interface Stretch {
  from: number;
  to: number;
}

/** Of a curve, or of the part of it that is looked at: enough for the lowest and highest of every pixel. */
const mostPoints = 4000;
/** Curves that come in one answer, or so: a longer one would hold its sender. */
const curvesAtOnce = 240;

/** The curves of those runs that are looked at. */
export class RunCurves {
  readonly #studio: Studio;
  readonly #runOf: (id: RunId) => RunSummary | undefined;
  #series = $state.raw(new Map<RunId, Map<string, LiveSeries>>());
  readonly #asked = new Map<string, Promise<void>>();
  readonly #looking = new Map<LiveSeries, readonly Stretch[] | null>();
  /** How many samples the training split of a run's data has. */
  readonly #trainSamples = new Map<RunId, number | null>();

  constructor(through: Studio, runOf: (id: RunId) => RunSummary | undefined) {
    this.#studio = through;
    this.#runOf = runOf;
  }

  /** A run's curves as far as they are here, kept up to date from then on. */
  of(id: RunId): ReadonlyMap<string, LiveSeries> {
    return this.#series.get(id) ?? new Map();
  }

  /** Which curves these runs have, in order of the alphabet. */
  async keys(ids: readonly RunId[]): Promise<string[]> {
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
    const found: PackedCurves[] = [];
    const runsAtOnce = Math.max(1, Math.floor(curvesAtOnce / (keys?.length ?? curvesAtOnce / 20)));
    for (let i = 0; i < ids.length; i += runsAtOnce) {
      const runs = ids.slice(i, i + runsAtOnce);
      found.push(
        await this.#studio.call('runs.metrics', { runs, maxPoints: mostPoints, ...(keys ? { keys: [...keys] } : {}) }),
      );
    }
    const early = this.#series;
    const next = new Map(early);
    const wanted = keys && new Set(keys);
    // Those of other keys stay; of these what was told while the answers were on their way comes after them.
    for (const id of ids) {
      const others = [...(early.get(id) ?? [])].filter(([key]) => wanted && !wanted.has(key));
      next.set(id, new Map(others));
    }
    for (const one of found.flatMap(unpackCurves)) fill(next.get(one.run)!, one);
    for (const id of ids) {
      for (const [key, series] of early.get(id) ?? []) if (!wanted || wanted.has(key)) fill(next.get(id)!, series);
    }
    this.#series = next;
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
    const run = this.#runOf(id);
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

  /** What a running one has measured since. */
  take(run: RunId, points: readonly MetricPoint[]): void {
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
  }
}
