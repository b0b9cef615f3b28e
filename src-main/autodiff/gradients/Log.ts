import type { GradientRule } from './rule.ts';

// Y = ln X;  dX = dY/X
export const Log: GradientRule<'Log'> = ({ g, inputs: { input }, dY }) => ({ input: () => g.div(dY, input) });
