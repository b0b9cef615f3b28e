import { axisOf, intOf } from '../../onnx/node.ts';
import { zerosOf } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Y[i,j] = data[indices[i,j], j] (along axis 0);  ddata gets every element of dY added where it was taken from
export const GatherElements: GradientRule<'GatherElements'> = ({ g, node, inputs: { data, indices }, dY }) => ({
  data: () => {
    const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(data));
    return g.op('ScatterElements', [zerosOf(g, g.shape(data), dY), indices, dY], { axis, reduction: 'add' });
  },
});
