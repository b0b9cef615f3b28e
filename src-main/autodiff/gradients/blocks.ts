// DepthToSpace and SpaceToDepth: the same elements in another order, [block, block] of them between channels and pixels.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { floorDiv } from '../../onnx/dims.ts';
import { intOf, stringOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// X [n, b, b, c, h, w] (mode DCR) or [n, c, b, b, h, w] (CRD) → Y [n, c, h, b, w, b];  dX = dY in the order of X
export const DepthToSpace: GradientRule<'DepthToSpace'> = ({ g, node, inputs: { input: X }, dY }) => ({
  input: () => {
    const perm = stringOf(node, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
    return g.reshape(g.transpose(blocks(g, dY, intOf(node, 'blocksize', 1)), perm), g.shape(X));
  },
});

// X [n, c, h, b, w, b] → Y [n, b, b, c, h, w];  dX = dY in the order of X
export const SpaceToDepth: GradientRule<'SpaceToDepth'> = ({ g, node, inputs: { input: X }, dY }) => ({
  input: () => {
    const b = intOf(node, 'blocksize', 1);
    const [n, c] = g.shape(X);
    const [, , h, w] = g.shape(dY);
    return g.reshape(g.transpose(g.reshape(dY, [n, b, b, c, h, w]), [0, 3, 4, 1, 5, 2]), g.shape(X));
  },
});

/** [n, c, h·b, w·b] → [n, c, h, b, w, b] */
function blocks(g: GraphBuilder, x: Value, b: number): Value {
  const [n, c, height, width] = g.shape(x);
  return g.reshape(x, [n, c, floorDiv(height, b), b, floorDiv(width, b), b]);
}
