import type { Schedule } from './schedule.ts';

export interface StepOptions {
  readonly rate: number;
  /** Steps from one fall to the next. */
  readonly every: number;
  /** What a fall multiplies the rate by; 0.1 when left out. */
  readonly factor?: number;
}

// η(t) = η·γ^⌊t/every⌋      PyTorch: StepLR(step_size = every, gamma).
export const step =
  ({ rate, every, factor = 0.1 }: StepOptions): Schedule =>
  (t) =>
    rate * factor ** Math.floor(t / every);
