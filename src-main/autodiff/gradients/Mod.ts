import type { GradientRule } from './rule.ts';

// C = A − q·B with the whole number q that brings it closest to 0;  dA = dC,  dB = −q·dC,  q = (A − C)/B
export const Mod: GradientRule<'Mod'> = ({ g, inputs: { A, B }, outputs: { C }, dY }) => ({
  A: () => dY,
  B: () => g.mul(dY, g.div(g.sub(C, A), B)),
});
