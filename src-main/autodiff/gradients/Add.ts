import type { GradientRule } from './rule.ts';

// C = A + B;  dA = dC,  dB = dC
export const Add: GradientRule<'Add'> = ({ dY }) => ({
  A: () => dY,
  B: () => dY,
});
