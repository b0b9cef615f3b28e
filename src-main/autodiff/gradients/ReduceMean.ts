import { keptShape } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';
import { spread } from './spread.ts';

// Y = mean of X over some axes;  dX = dY/n, everywhere along them
export const ReduceMean: GradientRule<'ReduceMean'> = ({ g, node, inputs: { data }, outputs: { reduced }, dY }) => ({
  data: () => spread(g, keptShape(g, node, data, dY), data, reduced),
});
