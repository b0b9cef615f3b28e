import { intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = running sums of X along an axis;  dX = running sums of dY from the other end
export const CumSum: GradientRule<'CumSum'> = ({ g, node, inputs: { axis }, dY }) => ({
  x: () =>
    g.op('CumSum', [dY, axis], { exclusive: intOf(node, 'exclusive', 0), reverse: 1 - intOf(node, 'reverse', 0) }),
});
