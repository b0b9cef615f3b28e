import { intOf, unsupportedAttribute } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = max of X over each window;  dX gets dY where the window's first maximum stood.
//
// Never "wherever X equals the maximum": on flat backgrounds many do, and the gradient comes out several times too large.
export const MaxPool: GradientRule<'MaxPool'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => {
  if (intOf(node, 'storage_order', 0) !== 0) throw unsupportedAttribute(node, 'storage_order');
  return { X: () => g.abstract('MaxPoolGrad', [dY, X, Y], X, node.attributes) };
};
