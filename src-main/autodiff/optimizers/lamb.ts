import type { OptimizerSpec } from '../types.ts';
import { normOf } from '../updates/norm.ts';
import { decayingSum } from './decaying-sum.ts';
import type { MoveRule } from './optimizer.ts';

// m, v as Adam's, both bias-corrected;  u = m̂/(√v̂ + ε) + λw;  w ← w − η · ‖w‖/‖u‖ · u      (You et al. 2020)
//
// Each parameter moves by its own trust ratio ‖w‖/‖u‖, which is 1 where either norm is 0. State as in adam.ts:
//   m̂/(√v̂ + ε) = √d₂/d₁ · M/(√V + ε√d₂)
export const lamb =
  ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6 }: Extract<OptimizerSpec, { kind: 'lamb' }>): MoveRule =>
  (context) => {
    const { g } = context;
    const one = g.scalar(1, context.rate);
    const d1 = decayingSum(context, 'bias1', beta1, one);
    const rootD2 = g.sqrt(decayingSum(context, 'bias2', beta2, one));
    const corrections = g.div(rootD2, d1);
    const epsilonT = g.scale(rootD2, epsilon);

    return ({ name, w, gradient, rate, weightDecay }) => {
      const M = decayingSum(context, `${name}/m`, beta1, gradient);
      const V = decayingSum(context, `${name}/v`, beta2, g.mul(gradient, gradient));
      const ratio = g.mul(corrections, g.div(M, g.add(g.sqrt(V), epsilonT)));
      const u = weightDecay ? g.add(ratio, g.scale(w, weightDecay)) : ratio;
      const [wNorm, uNorm] = [normOf(g, [w]), normOf(g, [u])];
      const both = g.op('Greater', [g.mul(wNorm, uNorm), g.scalar(0, wNorm)]);
      const trust = g.where(both, g.div(wNorm, uNorm), one);
      return g.sub(w, g.mul(g.mul(rate, trust), u));
    };
  };
