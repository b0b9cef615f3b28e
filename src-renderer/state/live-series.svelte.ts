import { lowerBound } from '../../src-main/shared/chart/decimate.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import type { MetricSeries } from '../../src-main/shared/run.ts';

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
  #close = $state.raw<MetricSeries | null>(null);
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

  /** A part of it that was read more closely; null for none. */
  set close(part: MetricSeries | null) {
    this.#close = part;
  }
  /** What there is to draw: the whole, and within it the part that was read more closely. */
  get drawn(): Pick<MetricSeries, 'steps' | 'epochs' | 'values' | 'times' | 'sampledEvery' | 'total'> {
    return this.#joined ?? this;
  }
  #joined = $derived.by(() => {
    const part = this.#close;
    void this.#length;
    if (!part || part.steps.length === 0) return null;
    const before = lowerBound(this.steps, part.steps[0]);
    const after = lowerBound(this.steps, part.steps[part.steps.length - 1] + 1);
    const join = (column: 'steps' | 'epochs' | 'values' | 'times') =>
      this[column].slice(0, before).concat(part[column], this[column].slice(after));
    return {
      steps: join('steps'),
      epochs: join('epochs'),
      values: join('values'),
      times: join('times'),
      sampledEvery: part.sampledEvery,
      total: part.total,
    };
  });

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

/** Parts that follow one another as one; each brought a point of its neighbours. */
export function joined(parts: readonly MetricSeries<ArrayLike<number>>[]): MetricSeries | null {
  const [first, ...others] = parts;
  if (!first) return null;
  const whole = {
    ...first,
    steps: Array.from(first.steps),
    epochs: Array.from(first.epochs),
    values: Array.from(first.values),
    times: Array.from(first.times),
  };
  for (const part of others) {
    const from = lowerBound(part.steps, (whole.steps.at(-1) ?? -Infinity) + 1);
    for (const column of ['steps', 'epochs', 'values', 'times'] as const)
      for (let i = from; i < part.steps.length; i++) whole[column].push(part[column][i]);
    whole.sampledEvery = Math.max(whole.sampledEvery, part.sampledEvery);
  }
  return whole;
}

/** Adds what was read of a run's curve to what is there of it. */
export function fill(into: Map<string, LiveSeries>, from: MetricSeries<ArrayLike<number>>): void {
  let series = into.get(from.key);
  if (!series) into.set(from.key, (series = new LiveSeries(from.run, from.key)));
  for (let i = 0; i < from.steps.length; i++) series.push(from.steps[i], from.epochs[i], from.values[i], from.times[i]);
  series.settle();
  if (from.sampledEvery > 1) series.leaveOut(from.total - from.steps.length, from.sampledEvery);
}
