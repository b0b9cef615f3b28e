import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { GradientRule } from './rule.ts';

const swapLast = (g: GraphBuilder, x: Value): Value => {
  const axes = g.shape(x).map((_, axis) => axis);
  const last = axes.length - 1;
  return g.transpose(x, [...axes.slice(0, -2), last, last - 1]);
};

// Y = A·B over the last two axes;  dA = dY·Bᵀ,  dB = Aᵀ·dY — axes before the last two broadcast and are summed back.
//
// Vectors count as a row (A) or a column (B), as in NumPy. Where A is a stack of rows times one matrix, dB sums over
// the stack, so the stack is laid out as one tall matrix: a single Gemm.
export const MatMul: GradientRule<'MatMul'> = ({ g, inputs: { A, B }, dY }) => {
  const [rankA, rankB] = [g.rank(A), g.rank(B)];
  const a = () => (rankA === 1 ? g.unsqueeze(A, [0]) : A);
  const b = () => (rankB === 1 ? g.unsqueeze(B, [1]) : B);
  const dy = () => {
    const columns = rankB === 1 ? g.unsqueeze(dY, [-1]) : dY;
    return rankA === 1 ? g.unsqueeze(columns, [-2]) : columns;
  };
  const drop = (x: Value, axis: number) => g.op('Squeeze', [x, g.int64s([axis])]);
  const tall = (x: Value) => g.op('Reshape', [x, g.int64s([-1, g.shape(x).at(-1) as number])]);
  const flattens = rankB <= 2 && typeof g.shape(a()).at(-1) === 'number' && typeof g.shape(dy()).at(-1) === 'number';
  return {
    A: () => {
      const dA = rankB === 2 && rankA === 2 ? g.op('Gemm', [dY, B], { transB: 1 }) : g.matmul(dy(), swapLast(g, b()));
      return rankA === 1 ? drop(dA, -2) : dA;
    },
    B: () => {
      const dB = flattens ? g.op('Gemm', [tall(a()), tall(dy())], { transA: 1 }) : g.matmul(swapLast(g, a()), dy());
      return rankB === 1 ? drop(dB, -1) : dB;
    },
  };
};
