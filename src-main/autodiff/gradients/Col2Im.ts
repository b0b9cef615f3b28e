import { attributesOf } from '../../onnx/attributes.ts';
import { nodeError } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Y = blocks added into a picture where they overlap;  dX = the blocks of dY
export const Col2Im: GradientRule<'Col2Im'> = ({ g, node, inputs: { input, block_shape }, dY }) => ({
  input: () => {
    const block = g.constantOf(block_shape);
    if (!block) throw nodeError('unsupported_shape', node, 'block_shape is computed while the graph runs');
    const kernel = attributesOf({ kernel_shape: numbersOf(block) });
    return g.abstract('Col2ImGrad', [dY, input], input, { ...node.attributes, ...kernel });
  },
});
