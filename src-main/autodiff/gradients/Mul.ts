import type { GradientRule } from './rule.ts';

// C = A·B;  dA = dC·B,  dB = dC·A
export const Mul: GradientRule<'Mul'> = ({ g, inputs: { A, B }, dY }) => ({
  A: () => g.mul(dY, B),
  B: () => g.mul(dY, A),
});
