import type { GradientRule } from './rule.ts';

// The same elements in another shape;  dinput = dY in the shape of input
export const Flatten: GradientRule<'Flatten'> = ({ g, inputs: { input }, dY }) => ({
  input: () => g.reshapeLike(dY, input),
});
