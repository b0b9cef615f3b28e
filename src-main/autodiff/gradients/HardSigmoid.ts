import { floatOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = α·X + β between 0 and 1;  dX = α·dY where 0 < Y < 1, else 0
export const HardSigmoid: GradientRule<'HardSigmoid'> = ({ g, node, outputs: { Y }, dY }) => ({
  X: () => {
    const zero = g.scalar(0, Y);
    const inside = g.op('Greater', [g.mul(Y, g.sub(g.scalar(1, Y), Y)), zero]);
    return g.where(inside, g.scale(dY, floatOf(node, 'alpha', 0.2)), zero);
  },
});
