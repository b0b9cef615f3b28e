import { floatOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X where X > 0, else α·X;  dX = dY where X > 0, else α·dY
export const LeakyRelu: GradientRule<'LeakyRelu'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => g.where(g.op('Greater', [X, g.scalar(0, X)]), dY, g.scale(dY, floatOf(node, 'alpha', 0.01))),
});
