import type { Value } from '../../../onnx/builder.ts';
import { dependsOnRun } from '../../../onnx/dims.ts';
import type { Lowering } from '../lowering.ts';

// With a row and a column of zeros more, where the run may find that there is nothing to sum over: that ends the process.
export const MatMul: Lowering = ({ g, node }) => {
  const [A, B] = node.inputs;
  const inner = g.shape(A).at(-1)!;
  if (!dependsOnRun(inner)) return undefined;
  const grown = (x: Value, axis: number) => {
    const after = g.shape(x).map((_, each) => (each === axis ? 1 : 0));
    return g.op('Pad', [x, g.int64s([...after.map(() => 0), ...after])]);
  };
  return [g.matmul(grown(A, g.rank(A) - 1), grown(B, Math.max(0, g.rank(B) - 2)))];
};
