import { axesOf, intsOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = the middle of X, or X in the middle of zeros, axis by axis;  dX = dY, padded where X was cut and cut where it was
// padded: both round the same way
export const CenterCropPad: GradientRule<'CenterCropPad'> = ({ g, node, inputs: { input_data: X }, dY }) => ({
  input_data: () => {
    const axes = axesOf(node, intsOf(node, 'axes') ?? g.shape(X).map((_, axis) => axis), g.rank(X));
    const sizes = g.shapeVector(axes.map((axis) => g.shape(X)[axis]));
    return g.op('CenterCropPad', [dY, sizes], { axes });
  },
});
