import { intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';
import { samePads } from './same-pads.ts';

// Y = max of X over each window;  dX gets dY where the window's first maximum stood.
//
// Never "wherever X equals the maximum": on flat backgrounds many do, and the gradient comes out several times too large.
export const MaxPool: GradientRule<'MaxPool'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => {
    const same = samePads(g, node, X);
    // Only the second output's numbering depends on the storage order, and the gradient reads one of its own.
    const { storage_order, ...others } = same?.attributes ?? node.attributes;
    const attributes = storage_order && intOf(node, 'storage_order', 0) === 0 ? { ...others, storage_order } : others;
    if (!same) return g.abstract('MaxPoolGrad', [dY, X, Y], X, attributes);
    const padded = same.pad(X, g.scalar(-3.4028234663852886e38, X));
    return same.crop(g.abstract('MaxPoolGrad', [dY, padded, Y], padded, attributes));
  },
});
