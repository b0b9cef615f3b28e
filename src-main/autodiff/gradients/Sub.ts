import type { GradientRule } from './rule.ts';

// C = A − B;  dA = dC,  dB = −dC
export const Sub: GradientRule<'Sub'> = ({ g, dY }) => ({
  A: () => dY,
  B: () => g.neg(dY),
});
