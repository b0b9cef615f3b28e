import { kernelOf } from '../../onnx/shapes/Conv.ts';
import type { GradientRule } from './rule.ts';
import { samePads } from './same-pads.ts';

// Y = X ∗ W + B   (correlation, with strides, pads, dilations, groups)
//   dX = dY ∗ᵀ W                 the transposed convolution
//   dW[k] = Σ dY·X shifted by k  over batch and places
//   dB = Σ dY                    over batch and places
//
// Both products have several spellings with standard operators; lowering/ConvInputGrad.ts and ConvWeightGrad.ts choose.
export const Conv: GradientRule<'Conv'> = ({ g, node, inputs: { X, W }, dY }) => {
  const same = samePads(g, node, X, kernelOf(node, g.shape(W)));
  const attributes = same?.attributes ?? node.attributes;
  const padded = () => same?.pad(X) ?? X;
  return {
    X: () => {
      const around = padded();
      const dX = g.abstract('ConvInputGrad', [dY, W, around], around, attributes);
      return same?.crop(dX) ?? dX;
    },
    W: () => g.abstract('ConvWeightGrad', [dY, padded(), W], W, attributes),
    B: () =>
      g.reduceSum(
        dY,
        g.shape(dY).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
        false,
      ),
  };
};
