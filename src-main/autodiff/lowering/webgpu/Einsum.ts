import { stringOf } from '../../../onnx/node.ts';
import { equationOf } from '../../../onnx/shapes/Einsum.ts';
import type { Lowering } from '../lowering.ts';

// With letters for the dots: WebGPU's kernel breaks on those ("raw_hash_map<>::at").
export const Einsum: Lowering = ({ g, node }) => {
  if (!stringOf(node, 'equation', '').includes('.')) return undefined;
  const ranks = node.inputs.map((input) => g.rank(input));
  const { inputs, output } = equationOf(node, ranks);
  return [g.op('Einsum', node.inputs, { equation: `${inputs.join(',')}->${output}` })];
};
