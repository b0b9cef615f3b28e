import type { MetricPoint } from '../shared/run.ts';
import type { GpuReading } from './gpu-gauge.ts';
import { addTo, type Measures } from './learner.ts';

/** A run has about this many training points per metric, however long it is: a chart shows no more, and storage stays bounded. */
const pointsPerRun = 1_000;
/** Points are sent together, at most ten times a second. */
const postEveryMs = 100;
const systemEveryMs = 1_000;
/** What a message holds at most: whoever takes it in has other things to do. */
const mostAtOnce = 1_000;

/** Sums over the steps since the last point. */
interface Window {
  samples: number;
  sums: Record<string, number>;
  /** Of the updates since then, which may be fewer than the steps. */
  norms?: { updates: number; sums: Record<string, number> };
}

export interface RecorderOptions {
  totalSteps: number;
  /** Seconds of training before this process took over (a resumed run). */
  secondsBefore: number;
  /** What was gathered for the next point before this process took over. */
  window?: Window;
  /** The learning rate of a step, counted from 0; not told where left out. */
  rate?: (step: number) => number;
  /** How busy the GPU is; null where that cannot be told. */
  gpu?: () => GpuReading | null;
  post(points: MetricPoint[]): void;
  now?: () => number;
}

/**
 * Collects what a training reports. Training metrics are means over the steps since the point before, at steps that follow from the
 * run's length alone, so that two runs with the same settings have the same points at the same steps.
 */
export class MetricRecorder {
  readonly every: number;
  readonly #options: RecorderOptions;
  readonly #now: () => number;
  readonly #start: number;
  #pending: MetricPoint[] = [];
  #lastPost: number;
  #lastSystem: number;
  #samplesSinceSystem = 0;
  #secondsSinceSystem = 0;
  #usedBefore = process.cpuUsage();
  readonly #window: Window;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#start = this.#now() - options.secondsBefore * 1000;
    this.#lastPost = this.#lastSystem = this.#now();
    this.#window = structuredClone(options.window ?? { samples: 0, sums: {} });
    this.every = Math.max(1, Math.ceil(options.totalSteps / pointsPerRun));
  }

  /** Seconds since training began. */
  get seconds(): number {
    return (this.#now() - this.#start) / 1000;
  }

  /** What is gathered for the next point; undefined where that is nothing. */
  get window(): Window | undefined {
    return this.#window.samples > 0 ? structuredClone(this.#window) : undefined;
  }

  /** One optimizer step: `step` and `epoch` are those after it, `measures` are the batch's means, `norms` those of its update. */
  step(step: number, epoch: number, samples: number, measures: Measures, norms: Measures | null = null): void {
    const window = this.#window;
    window.samples += samples;
    addTo(window.sums, measures, samples);
    if (norms) {
      window.norms ??= { updates: 0, sums: {} };
      window.norms.updates++;
      addTo(window.norms.sums, norms, 1);
    }
    if (step % this.every !== 0) return;
    for (const key in window.sums) {
      this.add(`train/${key}`, step, epoch, window.sums[key] / window.samples);
      window.sums[key] = 0;
    }
    const { updates = 0, sums = {} } = window.norms ?? {};
    for (const key in sums) this.add(`train/${key}`, step, epoch, sums[key] / updates);
    delete window.norms;
    if (this.#options.rate) this.add('system/learning_rate', step, epoch, this.#options.rate(step - 1));
    window.samples = 0;
  }

  /** After each call of the graph: how many samples it trained on in how long. */
  worked(step: number, epoch: number, samples: number, seconds: number): void {
    this.#samplesSinceSystem += samples;
    this.#secondsSinceSystem += seconds;
    const now = this.#now();
    if (now - this.#lastSystem >= systemEveryMs) this.#system(step, epoch, now);
    if (now - this.#lastPost >= postEveryMs) this.flush();
  }

  add(key: string, step: number, epoch: number, value: number): void {
    this.#pending.push({ key, step, epoch, value, time: this.seconds });
  }

  flush(): void {
    this.#lastPost = this.#now();
    const pending = this.#pending;
    this.#pending = [];
    for (let from = 0; from < pending.length; from += mostAtOnce) {
      this.#options.post(pending.slice(from, from + mostAtOnce));
    }
  }

  /** The last points: short runs get their system metrics here. */
  finish(step: number, epoch: number): void {
    if (this.#secondsSinceSystem > 0) this.#system(step, epoch, this.#now());
    this.flush();
  }

  #system(step: number, epoch: number, now: number): void {
    this.add('system/samples_per_second', step, epoch, this.#samplesSinceSystem / this.#secondsSinceSystem);
    this.add('system/memory', step, epoch, process.memoryUsage.rss());
    // Seconds of one core for each second: with two threads up to 2.
    const used = process.cpuUsage(this.#usedBefore);
    const milliseconds = Math.max(1, now - this.#lastSystem);
    this.add('system/processor', step, epoch, (used.user + used.system) / 1000 / milliseconds);
    const gpu = this.#options.gpu?.();
    if (gpu) this.add('system/gpu', step, epoch, gpu.busy);
    if (typeof gpu?.memory === 'number') this.add('system/gpu_memory', step, epoch, gpu.memory);
    this.#usedBefore = process.cpuUsage();
    this.#lastSystem = now;
    this.#samplesSinceSystem = this.#secondsSinceSystem = 0;
  }
}
