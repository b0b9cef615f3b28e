import { stringOf } from '../../onnx/node.ts';
import { linearIndices, scatterRows } from '../forms/linear-indices.ts';
import type { Lowering } from './lowering.ts';

// With a reduction the operator itself serves only one thread: on two the CPU's loses additions to equal places.
export const ScatterND: Lowering = ({ g, node, device, threads }) => {
  const reduction = stringOf(node, 'reduction', 'none');
  if (reduction === 'none' || (device === 'cpu' && threads === 1)) return undefined;
  const [data, indices, updates] = node.inputs;
  return [scatterRows(g, linearIndices(g, node, g.shape(data), indices), data, updates, reduction)];
};
