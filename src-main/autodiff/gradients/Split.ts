import type { Value } from '../../onnx/builder.ts';
import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y₁, Y₂ … = X cut along an axis;  dX = dY₁, dY₂ … side by side, zeros for one that the loss does not see
export const Split: GradientRule<'Split'> = ({ g, node, inputs: { input }, outputs: { outputs }, dOutputs }) => {
  const zeros = (part: Value): Value => g.op('Expand', [g.scalar(0, part), g.shapeVector(g.shape(part))]);
  return {
    input: () =>
      g.concat(
        outputs.map((part, i) => dOutputs[i] ?? zeros(part)),
        axisOf(node, intOf(node, 'axis', 0), g.rank(input)),
      ),
  };
};
