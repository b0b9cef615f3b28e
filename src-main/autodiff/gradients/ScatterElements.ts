import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';
import { scatterGradients } from './scattered.ts';

// Y = data with updates at places: an index along one axis, on the others the update's own place. See scattered.ts.
export const ScatterElements: GradientRule<'ScatterElements'> = ({ g, node, inputs, outputs, dY }) => {
  const { data, indices, updates } = inputs;
  const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(data));
  return scatterGradients(g, node, [data, updates, outputs.output], dY, {
    scatter: (onto, values, reduction) => g.op('ScatterElements', [onto, indices, values], { axis, reduction }),
    gather: (x) => g.op('GatherElements', [x, indices], { axis }),
  });
};
