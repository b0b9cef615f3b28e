import type { DeviceName } from './run.ts';

/** What a run will take, told before it begins. */

/** A number that is not known exactly: where it is expected, and between what it most likely lies. */
export interface Range {
  expected: number;
  low: number;
  high: number;
}

export interface Forecast {
  device: DeviceName;
  threads: number;
  /** Numbers to train. */
  parameters: number;
  /** That an epoch trains on: of a language's texts, blocks of tokens. */
  samples: number;
  /** Training, then validation; null where nothing was run because it might not fit into memory. */
  secondsPerEpoch: Range | null;
  /** Reading and encoding the data, before the first epoch. */
  secondsToBegin: number;
  /** Bytes that the run's process takes at its peak, itself and the data included; a graphics card's own are not among them. */
  peakMemory: Range;
  /** Bytes of these that any run's process takes. */
  ownMemory: number;
  /** Bytes that this machine had to spare. */
  freeMemory: number;
}

/** Whether more is needed than there is. */
export const exceedsMemory = ({ peakMemory, freeMemory }: Forecast): boolean => peakMemory.expected > freeMemory;

/** All epochs, with what comes before them. */
export function wholeRun({ secondsPerEpoch, secondsToBegin }: Forecast, epochs: number): Range | null {
  if (!secondsPerEpoch) return null;
  const { expected, low, high } = secondsPerEpoch;
  const whole = (seconds: number): number => secondsToBegin + epochs * seconds;
  return { expected: whole(expected), low: whole(low), high: whole(high) };
}

/** The mean of what was measured, with three standard errors, but never less than a tenth, to each side. */
export function rangeOf(measured: readonly number[]): Range {
  const count = measured.length;
  const expected = measured.reduce((sum, value) => sum + value, 0) / count;
  const variance = measured.reduce((sum, value) => sum + (value - expected) ** 2, 0) / Math.max(1, count - 1);
  const aside = Math.max(3 * Math.sqrt(variance / count), expected / 10);
  return { expected, low: Math.max(expected / 2, expected - aside), high: expected + aside };
}

export const scaled = ({ expected, low, high }: Range, by: number): Range => ({
  expected: by * expected,
  low: by * low,
  high: by * high,
});
export const added = (a: Range, b: Range): Range => ({
  expected: a.expected + b.expected,
  low: a.low + b.low,
  high: a.high + b.high,
});
