import { intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X above (below) a diagonal, 0 elsewhere;  dX = dY, cut the same way
export const Trilu: GradientRule<'Trilu'> = ({ g, node, inputs: { k }, dY }) => ({
  input: () => g.op('Trilu', [dY, k], { upper: intOf(node, 'upper', 1) }),
});
