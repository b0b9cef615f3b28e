import type { GradientRule } from './rule.ts';

// Y = 1/X;  dX = −dY·Y²
export const Reciprocal: GradientRule<'Reciprocal'> = ({ g, outputs: { Y }, dY }) => ({
  X: () => g.neg(g.mul(dY, g.mul(Y, Y))),
});
