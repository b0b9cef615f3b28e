import type { OptimizerSpec } from '../types.ts';
import { decayingSum } from './decaying-sum.ts';
import type { MoveRule } from './optimizer.ts';

// s ← αs + (1−α)∇²;  u = ∇ / (√s + ε);  w ← w − η·u      (Tieleman & Hinton 2012, in PyTorch's form: ε outside the root)
// centered:  a ← αa + (1−α)∇,  and s − a² under the root (Graves 2013)
// with momentum:  v ← μv + u;  w ← w − η·v
//
// The state is S = s/(1−α) and A = a/(1−α). With κ = √(1−α):  √s + ε = κ·(√S + ε/κ)  and  s − a² = κ²·(S − κ²A²),
// so the rate takes the κ and no average is scaled.
export const rmsprop =
  ({
    alpha = 0.99,
    epsilon = 1e-8,
    momentum = 0,
    centered = false,
  }: Extract<OptimizerSpec, { kind: 'rmsprop' }>): MoveRule =>
  (context) =>
  ({ name, w, gradient, rate }) => {
    const { g } = context;
    const kappa = Math.sqrt(1 - alpha);
    const S = decayingSum(context, `${name}/squares`, alpha, g.mul(gradient, gradient));
    let variance = S;
    if (centered) {
      const A = decayingSum(context, `${name}/average`, alpha, gradient);
      // Rounding may take it below 0.
      variance = g.op('Relu', [g.sub(S, g.scale(g.mul(A, A), 1 - alpha))]);
    }
    const u = g.div(gradient, g.add(g.sqrt(variance), g.scalar(epsilon / kappa, w)));
    const v = momentum ? decayingSum(context, `${name}/velocity`, momentum, u) : u;
    return g.sub(w, g.mul(g.scale(rate, 1 / kappa), v));
  };
