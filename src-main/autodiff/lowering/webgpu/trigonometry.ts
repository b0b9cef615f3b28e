// WGSL promises sine and cosine to 5e-4 between −π and π only, and drivers take it at its word. What is kept: arcsin, √ and ln.

import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import type { Lowering } from '../lowering.ts';

const inFloats =
  (write: (g: GraphBuilder, x: Value) => Value): Lowering =>
  ({ g, node }) =>
    g.type(node.inputs[0]).type === 'float' ? [write(g, node.inputs[0])] : undefined;

/**
 * π in parts whose products with a count below 2¹⁵ are exact (Cody and Waite, Software Manual for the Elementary Functions,
 * 1980; the parts are four times those of Cephes' sinf): up to |x| = 10⁵ nothing but the last bits is lost.
 */
const piParts = [3.140625, 9.67502593994140625e-4, 1.509957990978376e-7];

// sin r = r·(1 − r²/3!·(1 − r²/(4·5)·(1 − r²/(6·7)·…))): to 6e-8 where |r| ≤ π/2
function taylor(g: GraphBuilder, r: Value): Value {
  const square = g.mul(r, r);
  const one = g.scalar(1, r);
  const series = [10, 8, 6, 4, 2].reduce((inner: Value | undefined, n) => {
    const term = g.scale(square, -1 / (n * (n + 1)));
    return g.add(one, inner === undefined ? term : g.mul(term, inner));
  }, undefined);
  return g.mul(r, series!);
}

/** sin(r + halves·π/2) for the nearest multiple that leaves |r| ≤ π/2; `halves` is 0 for the sine, 1 for the cosine. */
function turned(g: GraphBuilder, x: Value, halves: 0 | 1): Value {
  const number = (value: number) => g.scalar(value, x);
  const half = number(0.5);
  const turns = g.scale(x, 1 / Math.PI);
  const count = g.op('Floor', [halves === 0 ? g.add(turns, half) : turns]);
  const multiple = halves === 0 ? count : g.add(count, half);
  const rest = piParts.reduce((left, part) => g.sub(left, g.scale(multiple, part)), x);
  const odd = g.sub(count, g.scale(g.op('Floor', [g.scale(count, 0.5)]), 2));
  // sin(k·π + r) = (−1)ᵏ·sin r;  cos((k + ½)·π + r) = −(−1)ᵏ·sin r
  const sign = halves === 0 ? g.sub(number(1), g.scale(odd, 2)) : g.sub(g.scale(odd, 2), number(1));
  return g.mul(sign, taylor(g, rest));
}

export const Sin = inFloats((g, x) => turned(g, x, 0));
export const Cos = inFloats((g, x) => turned(g, x, 1));
export const Tan = inFloats((g, x) => g.div(turned(g, x, 0), turned(g, x, 1)));

// π/2 − arcsin X
export const Acos = inFloats((g, x) => g.sub(g.scalar(Math.PI / 2, x), g.op('Asin', [x])));

// ± ln(|X| + √(X² + 1)): without the sign in front, what is under the logarithm of a number below 0 cancels out.
export const Asinh = inFloats((g, x) => {
  const root = g.sqrt(g.add(g.mul(x, x), g.scalar(1, x)));
  const size = g.log(g.add(g.op('Abs', [x]), root));
  return g.where(g.op('Less', [x, g.scalar(0, x)]), g.neg(size), size);
});
