import { intsOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X with its axes in the order perm;  dX = dY with perm undone
export const Transpose: GradientRule<'Transpose'> = ({ g, node, inputs: { data }, dY }) => ({
  data: () => {
    const axes = g.shape(data).map((_, axis) => axis);
    const perm = intsOf(node, 'perm') ?? [...axes].reverse();
    return g.transpose(
      dY,
      axes.map((axis) => perm.indexOf(axis)),
    );
  },
});
