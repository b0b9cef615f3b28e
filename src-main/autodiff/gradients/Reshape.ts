import type { GradientRule } from './rule.ts';

// The same elements in another shape;  ddata = dY in the shape of data
export const Reshape: GradientRule<'Reshape'> = ({ g, inputs: { data }, dY }) => ({
  data: () => g.reshapeLike(dY, data),
});
