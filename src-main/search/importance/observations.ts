import { AtelierError } from '../../shared/errors.ts';
import { type History } from '../history.ts';
import type { Dimension } from '../space/parameter.ts';

/** What importance is worked out from: complete trials as points of the unit cube, and what they came to. */
export interface Observations {
  readonly dimensions: readonly Dimension[];
  /** A row a trial; what was not active is NaN. */
  readonly points: readonly Float64Array[];
  /** Less is better. */
  readonly losses: Float64Array;
}

/** Importance by parameter name; all are at least 0 and sum to 1 (or are all 0 where nothing matters). */
export type Importance = Readonly<Record<string, number>>;

/** Throws too_few_trials below `least` complete ones. */
export function observe(history: History, objective: number, least: number): Observations {
  const complete = history.complete;
  if (complete.length < least) {
    throw new AtelierError(
      'too_few_trials',
      `Importance needs ${least} complete trials; there are ${complete.length}.`,
    );
  }
  return {
    dimensions: history.space.dimensions,
    points: complete.map((trial) => history.units(trial)),
    losses: Float64Array.from(complete, ({ values }) => history.loss(values![objective], objective)),
  };
}

export function shares(dimensions: readonly Dimension[], amounts: ArrayLike<number>): Importance {
  const total = Array.from(amounts).reduce((sum, amount) => sum + amount, 0);
  return Object.fromEntries(dimensions.map(({ name }, i) => [name, total > 0 ? amounts[i] / total : 0]));
}
