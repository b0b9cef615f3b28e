import type { OptimizerSpec } from '../types.ts';
import type { MoveRule } from './optimizer.ts';

// w ← w − η·sign(β₁m + (1−β₁)∇);  m ← β₂m + (1−β₂)∇      (Chen et al. 2023; its weight decay is decoupled)
//
// The state is M = m/(1−β₂). A sign does not care about a positive factor: sign(κM + ∇) with κ = β₁(1−β₂)/(1−β₁).
export const lion =
  ({ beta1 = 0.9, beta2 = 0.99 }: Extract<OptimizerSpec, { kind: 'lion' }>): MoveRule =>
  (context) =>
  ({ name, w, gradient, rate }) => {
    const { g, state } = context;
    const before = state(`${name}/m`, g.shape(w), 0);
    before.become(g.add(g.scale(before.value, beta2), gradient));
    const direction = g.add(g.scale(before.value, (beta1 * (1 - beta2)) / (1 - beta1)), gradient);
    return g.sub(w, g.mul(rate, g.op('Sign', [direction])));
  };
