import { spread } from './spread.ts';
import type { GradientRule } from './rule.ts';

// Y = mean of X over the spatial axes;  dX = dY/n, everywhere
export const GlobalAveragePool: GradientRule<'GlobalAveragePool'> = ({ g, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => spread(g, dY, X, Y),
});
