import type { GradientRule } from './rule.ts';

// Y = |X|;  dX = dY·sign X, which is 0 at 0
export const Abs: GradientRule<'Abs'> = ({ g, inputs: { X }, dY }) => ({
  X: () => g.mul(dY, g.op('Sign', [X])),
});
