import type { Schedule } from './schedule.ts';

export interface OneCycleOptions {
  /** The highest rate. */
  readonly rate: number;
  /** All steps, at least 2; from there on the rate stays at the lowest. */
  readonly steps: number;
  /** The share of the steps over which the rate grows; 0.3 when left out. */
  readonly rising?: number;
  /** The first rate is rate/start; 25 when left out. */
  readonly start?: number;
  /** The last rate is the first one/end; 10 000 when left out. */
  readonly end?: number;
  /** The way between: half a cosine, or a straight line. */
  readonly shape?: 'cosine' | 'linear';
}

// From η/start up to η, then down to η/start/end (Smith & Topin 2018).
// PyTorch: OneCycleLR(max_lr = rate, total_steps = steps, pct_start, div_factor, final_div_factor, anneal_strategy),
// without its cycle of the momentum, which is a constant of the graph here.
export const oneCycle = ({
  rate,
  steps,
  rising = 0.3,
  start = 25,
  end = 1e4,
  shape = 'cosine',
}: OneCycleOptions): Schedule => {
  const top = rising * steps - 1;
  const last = steps - 1;
  const first = rate / start;
  const between = (from: number, to: number, progress: number) =>
    shape === 'linear' ? from + (to - from) * progress : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * progress));
  return (t) => {
    if (top > 0 && t <= top) return between(first, rate, t / top);
    return between(rate, first / end, (Math.min(t, last) - top) / (last - top));
  };
};
