import { linearIndices, scatterRows } from '../forms/linear-indices.ts';
import type { GradientRule } from './rule.ts';
import { scatterGradients } from './scattered.ts';

// Y = data with updates for some of its slices, each named by a tuple of indices. See scattered.ts.
export const ScatterND: GradientRule<'ScatterND'> = ({ g, node, inputs, outputs, dY }) => {
  const { data, indices, updates } = inputs;
  return scatterGradients(g, node, [data, updates, outputs.output], dY, {
    scatter: (onto, values, reduction) =>
      reduction === 'none'
        ? g.op('ScatterND', [onto, indices, values])
        : scatterRows(g, linearIndices(g, node, g.shape(data), indices), onto, values, reduction),
    gather: (x) => g.op('GatherND', [x, indices]),
  });
};
