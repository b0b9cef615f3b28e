import type { GradientRule } from './rule.ts';

// Y = Σ Xᵢ;  dXᵢ = dY
export const Sum: GradientRule<'Sum'> = ({ inputs: { data_0 }, dY }) => ({
  data_0: data_0.map(() => () => dY),
});
