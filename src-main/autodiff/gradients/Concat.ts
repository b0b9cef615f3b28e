import { axisOf, intOf, nodeError } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = inputs side by side;  each gets its own stretch of dY
export const Concat: GradientRule<'Concat'> = ({ g, node, inputs: { inputs }, dY }) => {
  const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(dY));
  let end = 0;
  return {
    inputs: inputs.map((input) => {
      const size = g.shape(input)[axis];
      const start = end;
      if (typeof size === 'number') end += size;
      else end = NaN;
      const stretch = [start, start + Number(size)];
      return () => {
        if (stretch.some(Number.isNaN))
          throw nodeError('unsupported_shape', node, `joins an unknown size on axis ${axis}`);
        return g.slice(dY, [stretch[0]], [stretch[1]], [axis]);
      };
    }),
  };
};
