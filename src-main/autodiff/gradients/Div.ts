import type { GradientRule } from './rule.ts';

// C = A/B;  dA = dC/B,  dB = −dC·C/B
export const Div: GradientRule<'Div'> = ({ g, inputs: { B }, outputs: { C }, dY }) => ({
  A: () => g.div(dY, B),
  B: () => g.neg(g.div(g.mul(dY, C), B)),
});
