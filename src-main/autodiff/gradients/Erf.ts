import type { GradientRule } from './rule.ts';

// Y = erf X;  dX = dY·(2/√π)·exp(−X²)
export const Erf: GradientRule<'Erf'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.mul(dY, g.scale(g.exp(g.neg(g.mul(input, input))), 2 / Math.sqrt(Math.PI))),
});
