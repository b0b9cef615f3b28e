import { axisOf, intOf } from '../../onnx/node.ts';
import { zerosOf } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Values = the K largest (smallest) of X along an axis;  dX = dValues where they stood
export const TopK: GradientRule<'TopK'> = ({ g, node, inputs: { X }, outputs: { Indices }, dY }) => ({
  X: () => {
    const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(X));
    return g.op('ScatterElements', [zerosOf(g, g.shape(X), dY), Indices, dY], { axis });
  },
});
