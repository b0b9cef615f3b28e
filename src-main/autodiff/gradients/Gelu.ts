import { stringOf, unsupportedAttribute } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X·Φ(X);  dX = dY·(Φ(X) + X·φ(X)),  Φ, φ: the normal distribution and its density (Hendrycks & Gimpel 2016)
//
// approximate="tanh": Y = X·(1 + t)/2,  t = tanh(c·(X + a·X³)),  c = √(2/π),  a = 0.044715;
// dX = dY·((1 + t)/2 + X·(1 − t²)·c·(1 + 3a·X²)/2)
export const Gelu: GradientRule<'Gelu'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => {
    const square = g.mul(X, X);
    const halfOfOnePlus = (x: string) => g.scale(g.add(x, g.scalar(1, X)), 0.5);
    const approximate = stringOf(node, 'approximate', 'none');
    if (approximate === 'none') {
      const distribution = halfOfOnePlus(g.op('Erf', [g.scale(X, Math.SQRT1_2)]));
      const density = g.scale(g.exp(g.scale(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return g.mul(dY, g.add(distribution, g.mul(X, density)));
    }
    if (approximate !== 'tanh') throw unsupportedAttribute(node, 'approximate');
    const [a, c] = [0.044715, Math.sqrt(2 / Math.PI)];
    const polynomial = (factor: number) => g.scale(g.add(g.scale(square, factor), g.scalar(1, X)), c);
    const t = g.op('Tanh', [g.mul(X, polynomial(a))]);
    const slope = g.mul(g.scale(g.mul(X, g.sub(g.scalar(1, X), g.mul(t, t))), 0.5), polynomial(3 * a));
    return g.mul(dY, g.add(halfOfOnePlus(t), slope));
  },
});
