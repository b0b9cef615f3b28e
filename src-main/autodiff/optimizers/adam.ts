import type { Value } from '../../onnx/builder.ts';
import type { OptimizerSpec } from '../types.ts';
import type { Optimizer } from './optimizer.ts';

// m ← β₁m + (1−β₁)∇;  v ← β₂v + (1−β₂)∇²;  w ← w − η · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)      (Kingma & Ba 2015)
//
// Kept lean, ten operators a parameter instead of twelve: the state is M = m/(1−β₁) and V = v/(1−β₂), plain decaying
// sums, and each bias correction is the same decaying sum of ones, d ← βd + 1 = (1−βᵗ)/(1−β). Then
//   w ← w − α·M / (√V + ε√d₂)   with  α = η·√d₂/d₁
// and nothing like 1 − 0.999 is ever computed in 32 bits.
//
// adam: λw is added to the gradient.  adamw: w shrinks by ηλ first, apart from the gradient (Loshchilov & Hutter 2019).
export const adam =
  ({
    kind,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = kind === 'adamw' ? 0.01 : 0,
  }: Extract<OptimizerSpec, { kind: 'adam' | 'adamw' }>): Optimizer =>
  ({ g, rate, state }) => {
    const decayingSum = (name: string, beta: number, x: Value) => {
      const slot = state(name, g.shape(x), 0);
      const next = g.add(g.scale(slot.value, beta), x);
      slot.become(next);
      return next;
    };
    const one = g.scalar(1, rate);
    const d1 = decayingSum('bias1', beta1, one);
    const rootD2 = g.sqrt(decayingSum('bias2', beta2, one));
    const alpha = g.div(g.mul(rate, rootD2), d1);
    const epsilonT = g.scale(rootD2, epsilon);
    const shrink = kind === 'adamw' && weightDecay ? g.sub(one, g.scale(rate, weightDecay)) : undefined;

    return (name, w, dw) => {
      const gradient = kind === 'adam' && weightDecay ? g.add(dw, g.scale(w, weightDecay)) : dw;
      const M = decayingSum(`${name}/m`, beta1, gradient);
      const V = decayingSum(`${name}/v`, beta2, g.mul(gradient, gradient));
      const move = g.mul(alpha, g.div(M, g.add(g.sqrt(V), epsilonT)));
      return g.sub(shrink ? g.mul(w, shrink) : w, move);
    };
  };
