import type { OptimizerSpec } from '../types.ts';
import { decayingSum } from './decaying-sum.ts';
import type { MoveRule } from './optimizer.ts';

// v ← μv + ∇;  w ← w − η·v                (Polyak 1964, in PyTorch's form: the rate is outside the velocity)
// with Nesterov:  w ← w − η·(∇ + μv)       (Sutskever et al. 2013)
export const momentum =
  ({
    kind,
    momentum: mu = 0.9,
    nesterov = kind === 'nesterov',
  }: Extract<OptimizerSpec, { kind: 'momentum' | 'nesterov' }>): MoveRule =>
  (context) =>
  ({ name, w, gradient, rate }) => {
    const { g } = context;
    const v = decayingSum(context, `${name}/velocity`, mu, gradient);
    return g.sub(w, g.mul(rate, nesterov ? g.add(gradient, g.scale(v, mu)) : v));
  };
