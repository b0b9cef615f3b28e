// Reductions to a norm.

import { keptShape } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = Σ |X| over some axes;  dX = dY·sign X
export const ReduceL1: GradientRule<'ReduceL1'> = ({ g, node, inputs: { data: X }, dY }) => ({
  data: () => g.mul(keptShape(g, node, X, dY), g.op('Sign', [X])),
});

// Y = √(Σ X²) over some axes;  dX = dY·X/Y, and 0 where Y = 0
export const ReduceL2: GradientRule<'ReduceL2'> = ({ g, node, inputs: { data: X }, outputs: { reduced: Y }, dY }) => ({
  data: () => {
    const scale = g.where(g.op('Equal', [Y, g.scalar(0, Y)]), g.scalar(0, Y), g.div(dY, Y));
    return g.mul(keptShape(g, node, X, scale), X);
  },
});

// Y = Σ X² over some axes;  dX = 2·dY·X
export const ReduceSumSquare: GradientRule<'ReduceSumSquare'> = ({ g, node, inputs: { data: X }, dY }) => ({
  data: () => g.mul(keptShape(g, node, X, g.scale(dY, 2)), X),
});
