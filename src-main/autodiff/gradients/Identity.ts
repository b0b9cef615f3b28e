import type { GradientRule } from './rule.ts';

// Y = X;  dX = dY
export const Identity: GradientRule<'Identity'> = ({ dY }) => ({ input: () => dY });
