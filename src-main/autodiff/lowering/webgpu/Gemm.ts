import type { Lowering } from '../lowering.ts';

// With a vector of one element for a plain number C: that ends the process on WebGPU.
export const Gemm: Lowering = ({ g, node }) => {
  const [A, B, C] = node.inputs;
  if (!C || g.rank(C) > 0) return undefined;
  return [g.op('Gemm', [A, B, g.reshape(C, [1])], node.attributes)];
};
