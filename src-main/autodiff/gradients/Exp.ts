import type { GradientRule } from './rule.ts';

// Y = exp X;  dX = dY·Y
export const Exp: GradientRule<'Exp'> = ({ g, outputs: { output }, dY }) => ({ input: () => g.mul(dY, output) });
