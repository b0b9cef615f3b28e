import { intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = max of X over each window;  dX gets dY where the window's first maximum stood.
//
// Never "wherever X equals the maximum": on flat backgrounds many do, and the gradient comes out several times too large.
export const MaxPool: GradientRule<'MaxPool'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => {
    // Only the second output's numbering depends on the storage order, and the gradient reads one of its own.
    const { storage_order, ...others } = node.attributes;
    const attributes = storage_order && intOf(node, 'storage_order', 0) === 1 ? others : node.attributes;
    return g.abstract('MaxPoolGrad', [dY, X, Y], X, attributes);
  },
});
