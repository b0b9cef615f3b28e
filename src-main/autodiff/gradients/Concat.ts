import type { Value } from '../../onnx/builder.ts';
import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = inputs side by side;  each gets its own stretch of dY
export const Concat: GradientRule<'Concat'> = ({ g, node, inputs: { inputs }, dY }) => {
  const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(dY));
  let parts: Value[] | undefined;
  const split = (): Value[] => {
    if (inputs.length === 1) return [dY];
    const sizes = g.shapeVector(inputs.map((input) => g.shape(input)[axis]));
    return g.node('Split', [dY, sizes], { axis }, { outputs: inputs.map(() => 'Split') });
  };
  return { inputs: inputs.map((_, i) => () => (parts ??= split())[i]) };
};
