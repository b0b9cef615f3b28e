import { stringOf } from '../../onnx/node.ts';
import { linearIndices, scatterRows } from '../forms/linear-indices.ts';
import type { Lowering } from './lowering.ts';

// With a reduction: by ScatterElements. On two threads the CPU's ScatterND loses additions to equal places.
export const ScatterND: Lowering = ({ g, node }) => {
  const reduction = stringOf(node, 'reduction', 'none');
  if (reduction === 'none') return undefined;
  const [data, indices, updates] = node.inputs;
  return [scatterRows(g, linearIndices(g, node, g.shape(data), indices), data, updates, reduction)];
};
