import { nodeError } from '../../onnx/node.ts';
import { int64s, tensor } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

/** Larger ones would take n²·(n−1)² numbers a matrix. */
const LARGEST = 32;

// Y = |X| of each square matrix in the last two axes;  dX[i,j] = dY·(−1)^(i+j)·|X without row i and column j|
//
// The cofactors, not Y·X⁻ᵀ: ONNX has no inverse, and a singular matrix has none.
export const Det: GradientRule<'Det'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => {
    const rank = g.rank(X);
    const n = g.shape(X)[rank - 1];
    if (typeof n !== 'number') throw nodeError('unsupported_shape', node, `matrices of unknown size "${n}"`);
    if (n > LARGEST) throw nodeError('not_differentiable', node, `matrices of ${n} rows; up to ${LARGEST} can be`);
    const row = g.unsqueeze(dY, [-2, -1]);
    if (n === 1) return row;
    const range = Array.from({ length: n }, (_, i) => i);
    const others = g.constant({
      ...int64s(range.flatMap((i) => range.filter((each) => each !== i))),
      shape: [n, n - 1],
    });
    // [n, n−1, n, n−1]: the rows without i, the columns without j.
    const minors = g.op('Gather', [g.op('Gather', [X, others], { axis: rank - 2 }), others], { axis: rank });
    const lead = g
      .shape(X)
      .map((_, axis) => axis)
      .slice(0, -2);
    const perMinor = g.transpose(minors, [...lead, rank - 2, rank, rank - 1, rank + 1]);
    const sign = tensor(
      g.type(X).type,
      [n, n],
      range.flatMap((i) => range.map((j) => ((i + j) % 2 ? -1 : 1))),
    );
    return g.mul(row, g.mul(g.op('Det', [perMinor]), g.constant(sign)));
  },
});
