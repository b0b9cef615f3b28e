// Operators that let a number pass, shifted at most, where it is large enough, and give 0 where not.

import { floatOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X where X > α, else 0;  dX = dY where X > α, else 0
export const ThresholdedRelu: GradientRule<'ThresholdedRelu'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => g.where(g.op('Greater', [X, g.scalar(floatOf(node, 'alpha', 1), X)]), dY, g.scalar(0, dY)),
});

// Y = X ∓ bias where X > λ or X < −λ, else 0;  dX = dY where |X| > λ, else 0
export const Shrink: GradientRule<'Shrink'> = ({ g, node, inputs: { input: X }, dY }) => ({
  input: () => {
    const passes = g.op('Greater', [g.op('Abs', [X]), g.scalar(floatOf(node, 'lambd', 0.5), X)]);
    return g.where(passes, dY, g.scalar(0, dY));
  },
});
