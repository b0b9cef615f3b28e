import { isFloatType } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// As Cast: dX = dY in X's type — and none where either side is not a floating-point number.
export const CastLike: GradientRule<'CastLike'> = ({ g, inputs: { input }, outputs: { output }, dY }) =>
  isFloatType(g.type(output).type) ? { input: () => g.cast(dY, g.type(input).type) } : {};
