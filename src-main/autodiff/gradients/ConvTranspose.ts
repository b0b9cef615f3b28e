import { attributesOf, type GraphBuilder, type Value } from '../../onnx/builder.ts';
import { intOf } from '../../onnx/node.ts';
import { type TransposedWindow, transposedWindow } from '../../onnx/shapes/ConvTranspose.ts';
import type { GradientRule } from './rule.ts';

// Y = X ∗ᵀ W + B, the adjoint of a Conv by X, so its gradient is that Conv and X and dY have changed places:
//   dX = dY ∗ W
//   dW[k] = Σ X·dY shifted by k  over batch and places
//   dB = Σ dY                    over batch and places
export const ConvTranspose: GradientRule<'ConvTranspose'> = ({ g, node, inputs: { X, W }, dY }) => {
  const window = transposedWindow(node, g.shape(X).slice(2), g.shape(W));
  const { kernel, strides, dilations } = window;
  const { seen, pads } = seenBy(g, dY, window);
  const attributes = { kernel_shape: kernel, strides, dilations, pads, group: intOf(node, 'group', 1) };
  return {
    X: () => g.op('Conv', [seen(), W], attributes),
    W: () => g.abstract('ConvWeightGrad', [X, seen(), W], W, attributesOf(attributes)),
    B: () =>
      g.reduceSum(
        dY,
        g.shape(dY).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
        false,
      ),
  };
};

/** dY and the pads with which the window takes as many places on it as X has elements. */
function seenBy(g: GraphBuilder, dY: Value, { begin, end, extra, strides }: TransposedWindow) {
  // The output's extra rows use up the pads at the end; fewer than a stride left over change nothing, more are cut off.
  const over = extra.map((rows, axis) => Math.max(0, rows - end[axis]));
  const cut = over.flatMap((rows, axis) => (rows < strides[axis] ? [] : [axis]));
  const seen = (): Value => {
    if (cut.length === 0) return dY;
    const [starts, axes] = [cut.map(() => 0), cut.map((axis) => axis + 2)];
    return g.slice(
      dY,
      starts,
      cut.map((axis) => -over[axis]),
      axes,
    );
  };
  return { seen, pads: [...begin, ...end.map((pad, axis) => Math.max(0, pad - extra[axis]))] };
}
