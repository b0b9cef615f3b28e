// Elu and its kin: a line for positive numbers, an exponential for negative ones, whose gradient follows from the result.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { floatOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

/** dY·slope where X > 0, else dY·(factor·Y + offset). */
function unit(g: GraphBuilder, dY: Value, X: Value, Y: Value, slope: number, factor: number, offset: number): Value {
  const exponential = g.mul(dY, g.add(g.scale(Y, factor), g.scalar(offset, Y)));
  return g.where(g.op('Greater', [X, g.scalar(0, X)]), g.scale(dY, slope), exponential);
}

// Y = X where X > 0, else α·(exp X − 1);  dX = dY where X > 0, else dY·(Y + α)
export const Elu: GradientRule<'Elu'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => unit(g, dY, X, Y, 1, 1, floatOf(node, 'alpha', 1)),
});

// Y = γ·X where X > 0, else γ·α·(exp X − 1);  dX = γ·dY where X > 0, else dY·(Y + γ·α)
export const Selu: GradientRule<'Selu'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => {
    const alpha = floatOf(node, 'alpha', 1.6732632423543772);
    const gamma = floatOf(node, 'gamma', 1.0507009873554805);
    return unit(g, dY, X, Y, gamma, 1, gamma * alpha);
  },
});

// Y = X where X > 0, else α·(exp(X/α) − 1);  dX = dY where X > 0, else dY·(Y/α + 1)
export const Celu: GradientRule<'Celu'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => unit(g, dY, X, Y, 1, 1 / floatOf(node, 'alpha', 1), 1),
});
