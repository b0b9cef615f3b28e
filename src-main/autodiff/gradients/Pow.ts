import { isFloatType, numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Z = X^Y;  dX = dZ·Y·X^(Y−1),  dY = dZ·Z·ln X
//
// A constant exponent takes X^(n−1) with n−1 written out, exact for squares and cubes of negative numbers. Where Y = 0,
// dX is 0 also for X = 0, not 0·∞; where X = 0, dY is 0, not 0·(−∞). Below 0 the logarithm, and so dY, is not a number.
// All as in PyTorch.
export const Pow: GradientRule<'Pow'> = ({ g, inputs: { X, Y }, outputs: { Z }, dY: dZ }) => {
  const type = g.type(X).type;
  const exponent = () => (g.type(Y).type === type ? Y : g.cast(Y, type));
  const one = () => g.scalar(1, X);
  return {
    X: () => {
      const constant = g.constantOf(Y);
      const [n, ...more] = constant ? numbersOf(constant) : [];
      if (n !== undefined && more.length === 0) {
        if (n === 0) return g.scalar(0, X);
        if (n === 1) return dZ;
        return g.mul(dZ, g.scale(n === 2 ? X : g.pow(X, g.scalar(n - 1, X)), n));
      }
      const y = exponent();
      const safe = g.where(g.op('Equal', [y, g.scalar(0, X)]), one(), y);
      return g.mul(dZ, g.mul(y, g.pow(X, g.sub(safe, one()))));
    },
    ...(isFloatType(g.type(Y).type) && {
      Y: () => {
        const safe = g.where(g.op('Equal', [X, g.scalar(0, X)]), one(), X);
        return g.mul(dZ, g.mul(Z, g.log(safe)));
      },
    }),
  };
};
