import type { Schedule } from './schedule.ts';

export interface ExponentialOptions {
  readonly rate: number;
  /** What a step multiplies the rate by: above 0, up to 1. */
  readonly factor: number;
}

// η(t) = η·γᵗ      PyTorch: ExponentialLR(gamma), stepped every step.
export const exponential =
  ({ rate, factor }: ExponentialOptions): Schedule =>
  (t) =>
    rate * factor ** t;
