import { nodeError } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Y = X;  dX = dY. That is Dropout in inference: the training form is spelled out before (phases/3-train-mode), as the
// operator would draw a mask that its gradient cannot see.
export const Dropout: GradientRule<'Dropout'> = ({ g, node, inputs: { ratio, training_mode }, dY }) => ({
  data: () => {
    const isZero = (value: string): boolean => {
      const constant = g.constantOf(value);
      return constant !== undefined && numbersOf(constant)[0] === 0;
    };
    const drops = training_mode !== undefined && !isZero(training_mode) && !(ratio !== undefined && isZero(ratio));
    if (drops) throw nodeError('not_differentiable', node, 'it draws the mask itself (training_mode)');
    return dY;
  },
});
