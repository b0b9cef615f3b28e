import type { GradientRule } from './rule.ts';

// Y = σ(X);  dX = dY·Y·(1 − Y)
export const Sigmoid: GradientRule<'Sigmoid'> = ({ g, outputs: { Y }, dY }) => ({
  X: () => g.mul(dY, g.mul(Y, g.sub(g.scalar(1, Y), Y))),
});
