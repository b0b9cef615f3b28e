import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { exponential, type ExponentialOptions } from './exponential.ts';
import { linear } from './linear.ts';
import { oneCycle, type OneCycleOptions } from './one-cycle.ts';
import { polynomial, type PolynomialOptions } from './polynomial.ts';
import type { Schedule } from './schedule.ts';
import { step, type StepOptions } from './step.ts';
import type { WarmUpOptions } from './warm-up.ts';

export { plateau, type Plateau, type PlateauOptions, type PlateauState } from './plateau.ts';
export type { Schedule } from './schedule.ts';

/** `rate`: the highest. Steps count from 0. A plateau follows losses, not steps, and so is not among them. */
export type ScheduleSpec =
  | { readonly kind: 'constant'; readonly rate: number }
  | ({ readonly kind: 'step' } & StepOptions)
  | ({ readonly kind: 'exponential' } & ExponentialOptions)
  | ({ readonly kind: 'cosine' } & WarmUpOptions)
  | ({ readonly kind: 'linear' } & WarmUpOptions)
  | ({ readonly kind: 'polynomial' } & PolynomialOptions)
  | ({ readonly kind: 'one-cycle' } & OneCycleOptions);

export function scheduleOf(spec: ScheduleSpec): Schedule {
  switch (spec.kind) {
    case 'constant':
      return constant(spec);
    case 'step':
      return step(spec);
    case 'exponential':
      return exponential(spec);
    case 'cosine':
      return cosine(spec);
    case 'linear':
      return linear(spec);
    case 'polynomial':
      return polynomial(spec);
    case 'one-cycle':
      return oneCycle(spec);
  }
}
