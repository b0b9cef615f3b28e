import { product } from '../../../onnx/dims.ts';
import type { Lowering } from '../lowering.ts';
import { isLarge } from './large.ts';

// Rows of all axes as one, where the result is large. That is what the runtime does as well; but it would also take a bias that is
// added to them into a Gemm, which is slower (see Gemm.ts).
export const MatMul: Lowering = ({ g, node, shape }) => {
  const [A, B] = node.inputs;
  if (g.rank(A) < 3 || g.rank(B) !== 2 || !isLarge(shape)) return undefined;
  const rows = g.reshape(A, [product(g.shape(A).slice(0, -1)), g.shape(A).at(-1)!]);
  return [g.reshape(g.matmul(rows, B), shape)];
};
