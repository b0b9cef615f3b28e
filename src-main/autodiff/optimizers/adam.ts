import type { OptimizerSpec } from '../types.ts';
import { decayingSum } from './decaying-sum.ts';
import { larger } from './larger.ts';
import type { MoveRule } from './optimizer.ts';

// m ← β₁m + (1−β₁)∇;  v ← β₂v + (1−β₂)∇²;  w ← w − η · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)      (Kingma & Ba 2015)
//
// Kept lean, ten operators a parameter instead of twelve: the state is M = m/(1−β₁) and V = v/(1−β₂), plain decaying
// sums, and each bias correction is the same decaying sum of ones, d ← βd + 1 = (1−βᵗ)/(1−β). Then
//   w ← w − α·M / (√V + ε√d₂)   with  α = η·√d₂/d₁
//
// adamw is the same rule with its weight decay decoupled (Loshchilov & Hutter 2019).
// amsgrad: the largest V so far takes V's place (Reddi et al. 2018).
export const adam =
  ({
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    amsgrad = false,
  }: Extract<OptimizerSpec, { kind: 'adam' | 'adamw' }>): MoveRule =>
  (context) => {
    const { g } = context;
    const one = g.scalar(1, context.rate);
    const d1 = decayingSum(context, 'bias1', beta1, one);
    const rootD2 = g.sqrt(decayingSum(context, 'bias2', beta2, one));
    const epsilonT = g.scale(rootD2, epsilon);

    return ({ name, w, gradient, rate }) => {
      const alpha = g.div(g.mul(rate, rootD2), d1);
      const M = decayingSum(context, `${name}/m`, beta1, gradient);
      const V = decayingSum(context, `${name}/v`, beta2, g.mul(gradient, gradient));
      let second = V;
      if (amsgrad) {
        const largest = context.state(`${name}/largest`, g.shape(w), 0);
        second = larger(g, largest.value, V);
        largest.become(second);
      }
      return g.sub(w, g.mul(alpha, g.div(M, g.add(g.sqrt(second), epsilonT))));
    };
  };
