import type { OptimizerSpec } from '../types.ts';
import type { Optimizer } from './optimizer.ts';

// v ← μv + ∇;  w ← w − η·v                (Polyak 1964, in PyTorch's form: the rate is outside the velocity)
// with Nesterov:  w ← w − η·(∇ + μv)       (Sutskever et al. 2013)
export const momentum =
  ({
    momentum: mu = 0.9,
    nesterov = false,
    weightDecay = 0,
  }: Extract<OptimizerSpec, { kind: 'momentum' }>): Optimizer =>
  ({ g, rate, state }) =>
  (name, w, dw) => {
    const gradient = weightDecay ? g.add(dw, g.scale(w, weightDecay)) : dw;
    const velocity = state(`${name}/velocity`, g.shape(w), 0);
    const v = g.add(g.scale(velocity.value, mu), gradient);
    velocity.become(v);
    return g.sub(w, g.mul(rate, nesterov ? g.add(gradient, g.scale(v, mu)) : v));
  };
