import { attributesOf } from '../../onnx/attributes.ts';
import { intOf } from '../../onnx/node.ts';
import { transposedWindow } from '../../onnx/shapes/ConvTranspose.ts';
import type { GradientRule } from './rule.ts';

// Y = X ∗ᵀ W + B, the adjoint of a Conv by X, so its gradient is that Conv and X and dY have changed places:
//   dX = dY ∗ W
//   dW[k] = Σ X·dY shifted by k  over batch and places
//   dB = Σ dY                    over batch and places
export const ConvTranspose: GradientRule<'ConvTranspose'> = ({ g, node, inputs: { X, W }, dY }) => {
  const window = transposedWindow(node, g.shape(X).slice(2), g.shape(W));
  const { kernel, strides, dilations, begin, end, extra } = window;
  // The output's extra rows use up the pads at the end; what is left of them, less than a stride, changes nothing.
  const pads = [...begin, ...end.map((pad, axis) => Math.max(0, pad - extra[axis]))];
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: intOf(node, 'group', 1) };
  return {
    X: () => g.op('Conv', [dY, W], attributes),
    W: () => g.abstract('ConvWeightGrad', [X, dY, W], W, attributesOf(attributes)),
    B: () =>
      g.reduceSum(
        dY,
        g.shape(dY).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
        false,
      ),
  };
};
