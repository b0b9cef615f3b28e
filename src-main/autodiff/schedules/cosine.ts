import type { Schedule } from './schedule.ts';

export interface CosineOptions {
  readonly rate: number;
  /** All steps, warm-up included; from there on the rate stays at `floor`. */
  readonly steps: number;
  /** Steps of linear growth from rate/warmup to rate. */
  readonly warmup?: number;
  readonly floor?: number;
}

// η(t) = floor + (η − floor)·(1 + cos πp)/2,  p: the share of the steps after warm-up (Loshchilov & Hutter 2017)
export const cosine =
  ({ rate, steps, warmup = 0, floor = 0 }: CosineOptions): Schedule =>
  (t) => {
    if (t < warmup) return (rate * (t + 1)) / warmup;
    const progress = Math.min(1, (t - warmup) / Math.max(1, steps - warmup));
    return floor + ((rate - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
