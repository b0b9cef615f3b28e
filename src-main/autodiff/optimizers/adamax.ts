import type { OptimizerSpec } from '../types.ts';
import { decayingSum } from './decaying-sum.ts';
import { larger } from './larger.ts';
import type { MoveRule } from './optimizer.ts';

// m ← β₁m + (1−β₁)∇;  u ← max(β₂u, |∇| + ε);  w ← w − η/(1−β₁ᵗ) · m/u      (Kingma & Ba 2015, section 7.1)
//
// As in adam.ts the state is M = m/(1−β₁), and d₁ = (1−β₁ᵗ)/(1−β₁):  w ← w − η/d₁ · M/u
export const adamax =
  ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: Extract<OptimizerSpec, { kind: 'adamax' }>): MoveRule =>
  (context) => {
    const { g } = context;
    const d1 = decayingSum(context, 'bias1', beta1, g.scalar(1, context.rate));
    return ({ name, w, gradient, rate }) => {
      const M = decayingSum(context, `${name}/m`, beta1, gradient);
      const norm = context.state(`${name}/norm`, g.shape(w), 0);
      const size = g.add(g.op('Abs', [gradient]), g.scalar(epsilon, w));
      const u = larger(g, g.scale(norm.value, beta2), size);
      norm.become(u);
      return g.sub(w, g.mul(g.div(rate, d1), g.div(M, u)));
    };
  };
