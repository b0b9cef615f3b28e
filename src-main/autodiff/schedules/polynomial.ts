import type { Schedule } from './schedule.ts';
import { falling, type WarmUpOptions } from './warm-up.ts';

export interface PolynomialOptions extends WarmUpOptions {
  /** Above 0; 1 (a straight line) when left out. */
  readonly power?: number;
}

// η(t) = floor + (η − floor)·(1 − p)ⁿ,  p: the share of the steps after warm-up
// PyTorch: PolynomialLR(total_iters = steps − warmup, power).
export const polynomial = ({ power = 1, ...options }: PolynomialOptions): Schedule =>
  falling(options, (progress) => (1 - progress) ** power);
