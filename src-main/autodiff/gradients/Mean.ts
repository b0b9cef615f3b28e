import type { GradientRule } from './rule.ts';

// Y = Σ Xᵢ / n;  dXᵢ = dY/n
export const Mean: GradientRule<'Mean'> = ({ g, inputs: { data_0 }, dY }) => ({
  data_0: data_0.map(() => () => g.scale(dY, 1 / data_0.length)),
});
