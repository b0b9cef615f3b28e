import { product } from '../../onnx/dims.ts';
import { axisOf, intOf } from '../../onnx/node.ts';
import { addAt } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Y = the rows of the input along an axis (without one: its elements) for which condition holds;
// dinput = dY's rows at their places, 0 elsewhere
export const Compress: GradientRule<'Compress'> = ({ g, node, inputs: { input, condition }, dY }) => ({
  input: () => {
    const shape = g.shape(input);
    const places = g.op('Squeeze', [g.op('NonZero', [condition]), g.int64s([0])]);
    if (node.attributes.axis) return addAt(g, shape, places, dY, axisOf(node, intOf(node, 'axis', 0), shape.length));
    return g.reshape(addAt(g, [product(shape)], places, dY, 0), shape);
  },
});
