import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { intOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';
import type { GradientRule } from './rule.ts';
import { samePads } from './same-pads.ts';

// Y = (Σ |X|ᵖ)^(1/p) over a window, or over all places;  dX = sign(X)·|X|^(p−1) · dY/Y^(p−1), summed over X's windows —
// 0 where Y is 0.

/** sign(X)·|X|^(p−1) */
function slope(g: GraphBuilder, X: Value, p: number): Value {
  if (p === 2) return X;
  const sign = g.op('Sign', [X]);
  return p === 1 ? sign : g.mul(sign, g.pow(g.op('Abs', [X]), g.scalar(p - 1, X)));
}

/** dY/Y^(p−1) */
function share(g: GraphBuilder, Y: Value, dY: Value, p: number): Value {
  if (p === 1) return dY;
  const quotient = g.div(dY, p === 2 ? Y : g.pow(Y, g.scalar(p - 1, Y)));
  return g.where(g.op('Equal', [Y, g.scalar(0, Y)]), g.scalar(0, dY), quotient);
}

const powerOf = (node: Node): number => intOf(node, 'p', 2);

export const LpPool: GradientRule<'LpPool'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => {
    const p = powerOf(node);
    const same = samePads(g, node, X);
    const padded = same?.pad(X) ?? X;
    const shares = g.abstract('SumPoolGrad', [share(g, Y, dY, p), padded], padded, same?.attributes ?? node.attributes);
    return g.mul(slope(g, X, p), same?.crop(shares) ?? shares);
  },
});

export const GlobalLpPool: GradientRule<'GlobalLpPool'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => g.mul(slope(g, X, powerOf(node)), share(g, Y, dY, powerOf(node))),
});
