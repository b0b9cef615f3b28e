import { floatOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X·s,  s = σ(α·X);  dX = dY·(s + α·Y·(1 − s))
export const Swish: GradientRule<'Swish'> = ({ g, node, inputs: { X }, outputs: { Y }, dY }) => ({
  X: () => {
    const alpha = floatOf(node, 'alpha', 1);
    const s = g.op('Sigmoid', [g.scale(X, alpha)]);
    return g.mul(dY, g.add(s, g.mul(g.scale(Y, alpha), g.sub(g.scalar(1, Y), s))));
  },
});
