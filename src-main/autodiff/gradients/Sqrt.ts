import type { GradientRule } from './rule.ts';

// Y = √X;  dX = dY / 2Y
export const Sqrt: GradientRule<'Sqrt'> = ({ g, outputs: { Y }, dY }) => ({ X: () => g.div(dY, g.scale(Y, 2)) });
