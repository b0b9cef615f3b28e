import { keptShape } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = Σ X over some axes;  dX = dY, everywhere along them
export const ReduceSum: GradientRule<'ReduceSum'> = ({ g, node, inputs: { data }, dY }) => ({
  data: () => keptShape(g, node, data, dY),
});
