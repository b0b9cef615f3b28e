import type { GradientRule } from './rule.ts';

// Y = −X;  dX = −dY
export const Neg: GradientRule<'Neg'> = ({ g, dY }) => ({ X: () => g.neg(dY) });
