import { intOf } from '../../../onnx/node.ts';
import type { Lowering } from '../lowering.ts';

// WebGPU has no Indices, but takes the operator all the same. In 64 bits, of which it knows nothing, it is left to the CPU.
export const MaxPool: Lowering = ({ g, node }) => {
  const [X] = node.inputs;
  if (g.type(X).type !== 'float') return undefined;
  // Only the Indices depend on the storage order.
  const { storage_order, ...plain } = node.attributes;
  const columnFirst = storage_order && intOf(node, 'storage_order', 0) === 1;
  if (!node.outputs[1]) return columnFirst ? [g.op('MaxPool', [X], plain)] : undefined;
  const [, indices] = g.node('MaxPool', [g.cast(X, 'double')], node.attributes, { outputs: ['MaxPool', 'Indices'] });
  return [g.op('MaxPool', [X], plain), indices];
};
