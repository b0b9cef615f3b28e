// Options out of range are refused by name before anything is built: `invalid_options`, `margin=-1: a number from 0`.

import { AtelierError } from '../shared/errors.ts';

/** Left-out options are fine; NaN never is. */
export type Numbers = Readonly<Record<string, number | undefined>>;

export function demand(options: Numbers, wanted: string, fits: (x: number) => boolean): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !fits(value)) throw new AtelierError('invalid_options', `${name}=${value}: ${wanted}`);
  }
}

export const positive = (options: Numbers): void =>
  demand(options, 'a number above 0', (x) => x > 0 && Number.isFinite(x));
export const notNegative = (options: Numbers): void =>
  demand(options, 'a number from 0', (x) => x >= 0 && Number.isFinite(x));
/** Decay rates of moving averages, and the like. */
export const share = (options: Numbers): void => demand(options, 'from 0, below 1', (x) => x >= 0 && x < 1);
export const whole = (options: Numbers, least: number): void =>
  demand(options, `a whole number from ${least}`, (x) => Number.isSafeInteger(x) && x >= least);

/** Words and the like, where text from outside may say anything. */
export function oneOf(
  options: Readonly<Record<string, string | number | undefined>>,
  allowed: readonly unknown[],
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!allowed.includes(value)) {
      throw new AtelierError('invalid_options', `${name}=${value}: one of ${allowed.join(', ')}`);
    }
  }
}
