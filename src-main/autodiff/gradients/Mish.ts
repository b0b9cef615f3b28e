import type { GradientRule } from './rule.ts';

// Y = X·t,  t = tanh(ln(1 + exp X));  dX = dY·(t + X·σ(X)·(1 − t²))
export const Mish: GradientRule<'Mish'> = ({ g, inputs: { X }, dY }) => ({
  X: () => {
    const t = g.op('Tanh', [g.op('Softplus', [X])]);
    const slope = g.mul(g.mul(X, g.op('Sigmoid', [X])), g.sub(g.scalar(1, X), g.mul(t, t)));
    return g.mul(dY, g.add(t, slope));
  },
});
