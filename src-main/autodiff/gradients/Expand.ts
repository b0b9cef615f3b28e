import type { GradientRule } from './rule.ts';

// Y = X repeated along axes of size 1;  dX = dY, summed over them as after any broadcast
export const Expand: GradientRule<'Expand'> = ({ dY }) => ({
  input: () => dY,
});
