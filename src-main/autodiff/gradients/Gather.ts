import { axisOf, intOf } from '../../onnx/node.ts';
import { addAt } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Y = rows of data, chosen by indices along an axis;  ddata gets every row of dY added where the row was taken from
export const Gather: GradientRule<'Gather'> = ({ g, node, inputs: { data, indices }, dY }) => ({
  data: () => addAt(g, g.shape(data), indices, dY, axisOf(node, intOf(node, 'axis', 0), g.rank(data))),
});
