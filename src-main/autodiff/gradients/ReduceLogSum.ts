import { keptShape } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = ln Σ X over some axes;  dX = dY/Σ X = dY·exp(−Y)
export const ReduceLogSum: GradientRule<'ReduceLogSum'> = ({
  g,
  node,
  inputs: { data },
  outputs: { reduced },
  dY,
}) => ({
  data: () => keptShape(g, node, data, g.mul(dY, g.exp(g.neg(reduced)))),
});
