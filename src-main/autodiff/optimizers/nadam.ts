import type { OptimizerSpec } from '../types.ts';
import { decayingSum } from './decaying-sum.ts';
import type { MoveRule } from './optimizer.ts';

// μₜ = β₁·(1 − ½·0.96^(tψ));  m, v as Adam's;  v̂ = v/(1−β₂ᵗ)                                 (Dozat 2016)
// w ← w − η · ( (1−μₜ)/(1 − μ₁…μₜ) · ∇  +  μₜ₊₁/(1 − μ₁…μₜ₊₁) · m ) / (√v̂ + ε)
//
// PyTorch before 2.0 has μₜ twice in the second product, by mistake; this is the paper's, and PyTorch's since.
// The state is V = v/(1−β₂), so that v̂ = V/d₂ (see adam.ts), and M = m/(1−β₁).
export const nadam =
  ({
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    momentumDecay = 0.004,
  }: Extract<OptimizerSpec, { kind: 'nadam' }>): MoveRule =>
  (context) => {
    const { g, state } = context;
    const scalar = (value: number) => g.scalar(value, context.rate);
    const one = scalar(1);
    const steps = state('steps', [], 0);
    const t = g.add(steps.value, one);
    steps.become(t);
    const muAt = (step: string) => {
      const decayed = g.pow(scalar(0.96), g.scale(step, momentumDecay));
      return g.scale(g.sub(one, g.scale(decayed, 0.5)), beta1);
    };
    const [mu, next] = [muAt(t), muAt(g.add(t, one))];
    const products = state('mu', [], 1);
    const product = g.mul(products.value, mu);
    products.become(product);
    const ofGradient = g.div(g.sub(one, mu), g.sub(one, product));
    const ofM = g.scale(g.div(next, g.sub(one, g.mul(product, next))), 1 - beta1);
    const d2 = decayingSum(context, 'bias2', beta2, one);

    return ({ name, w, gradient, rate }) => {
      const M = decayingSum(context, `${name}/m`, beta1, gradient);
      const V = decayingSum(context, `${name}/v`, beta2, g.mul(gradient, gradient));
      const ahead = g.add(g.mul(gradient, ofGradient), g.mul(M, ofM));
      const size = g.add(g.sqrt(g.div(V, d2)), g.scalar(epsilon, w));
      return g.sub(w, g.mul(rate, g.div(ahead, size)));
    };
  };
