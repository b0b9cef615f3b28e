import type { GradientRule } from './rule.ts';

// Y = X ∗ W + B   (correlation, with strides, pads, dilations, groups)
//   dX = dY ∗ᵀ W                 the transposed convolution
//   dW[k] = Σ dY·X shifted by k  over batch and places
//   dB = Σ dY                    over batch and places
//
// Both products have several spellings with standard operators; lowering/ConvInputGrad.ts and ConvWeightGrad.ts choose.
export const Conv: GradientRule<'Conv'> = ({ g, node, inputs: { X, W }, dY }) => ({
  X: () => g.abstract('ConvInputGrad', [dY, W, X], X, node.attributes),
  W: () => g.abstract('ConvWeightGrad', [dY, X, W], W, node.attributes),
  B: () =>
    g.reduceSum(
      dY,
      g.shape(dY).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
      false,
    ),
});
