import type { OptimizerSpec } from '../types.ts';
import type { Optimizer } from './optimizer.ts';

// w ← w − η·(∇ + λw)   (Robbins & Monro 1951; λ: L2 penalty)
export const sgd =
  ({ weightDecay = 0 }: Extract<OptimizerSpec, { kind: 'sgd' }>): Optimizer =>
  ({ g, rate }) =>
  (_name, w, dw) => {
    const gradient = weightDecay ? g.add(dw, g.scale(w, weightDecay)) : dw;
    return g.sub(w, g.mul(rate, gradient));
  };
