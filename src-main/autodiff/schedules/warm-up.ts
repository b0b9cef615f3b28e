import type { Schedule } from './schedule.ts';

/**
 * Linear growth over the first `warmup` steps, rate/warmup … rate, then `after`, which counts from the end of the growth.
 * (PyTorch: LinearLR(start_factor = 1/warmup, total_iters = warmup − 1). Transformers' warm-up begins at 0, one step later.)
 */
export const warmedUp =
  (rate: number, warmup: number, after: Schedule): Schedule =>
  (t) =>
    t < warmup ? (rate * (t + 1)) / warmup : after(t - warmup);

export interface WarmUpOptions {
  readonly rate: number;
  /** All steps, warm-up included, from 1; from there on the rate stays at `floor`. */
  readonly steps: number;
  /** Steps of linear growth from rate/warmup to rate; 0 when left out. */
  readonly warmup?: number;
  /** The rate that is left at the end; 0 when left out. */
  readonly floor?: number;
}

/** From `rate` to `floor` as `left` goes from 1 to 0 over the share of the steps that follow the warm-up. */
export const falling = (
  { rate, steps, warmup = 0, floor = 0 }: WarmUpOptions,
  left: (progress: number) => number,
): Schedule =>
  warmedUp(rate, warmup, (t) => floor + (rate - floor) * left(Math.min(1, t / Math.max(1, steps - warmup))));
