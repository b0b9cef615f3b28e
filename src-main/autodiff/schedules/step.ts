import type { Schedule } from './schedule.ts';

// η(t) = η·γ^⌊t/every⌋
export const step =
  ({
    rate,
    every,
    factor = 0.1,
  }: {
    readonly rate: number;
    readonly every: number;
    readonly factor?: number;
  }): Schedule =>
  (t) =>
    rate * factor ** Math.floor(t / every);
