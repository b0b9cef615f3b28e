import { keptShape, sumOverReduced } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = Π X over some axes;  dX = dY·(the product of all the others)
//
// Without a zero among them that is Y/X. A single zero gets the product of the rest and leaves nothing to the others; two
// leave nothing to anyone. So the product P is taken with ones for zeros, and the zeros are counted.
export const ReduceProd: GradientRule<'ReduceProd'> = ({ g, node, inputs: { data: X }, outputs: { reduced }, dY }) => ({
  data: () => {
    const [zero, one] = [g.scalar(0, X), g.scalar(1, X)];
    const isZero = g.op('Equal', [X, zero]);
    const safe = g.where(isZero, one, X);
    const count = sumOverReduced(g, node, g.cast(isZero, g.type(X).type));
    const [P] = g.node('ReduceProd', [safe, ...node.inputs.slice(1)], node.attributes, { types: [g.type(reduced)] });
    const share = g.mul(keptShape(g, node, X, dY), keptShape(g, node, X, P));
    const [none, single] = [zero, one].map((n) => g.where(g.op('Equal', [count, n]), share, zero));
    return g.where(isZero, single, g.div(none, safe));
  },
});
