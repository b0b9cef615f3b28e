import { keptShape } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = ln Σ exp X over some axes;  dX = dY·exp(X − Y), and 0 where every X, and so Y, is −∞
export const ReduceLogSumExp: GradientRule<'ReduceLogSumExp'> = ({
  g,
  node,
  inputs: { data: X },
  outputs: { reduced: Y },
  dY,
}) => ({
  data: () => {
    const finite = g.where(g.op('Equal', [Y, g.scalar(-Infinity, Y)]), g.scalar(0, Y), Y);
    return g.mul(keptShape(g, node, X, dY), g.exp(g.sub(X, keptShape(g, node, X, finite))));
  },
});
