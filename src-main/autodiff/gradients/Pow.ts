import { isFloatType, numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Z = X^Y;  dX = dZ·Y·X^(Y−1),  dY = dZ·Z·ln X
//
// A constant exponent takes X^(n−1) with n−1 written out, exact for squares and cubes of negative numbers.
// Where X = 0 the exponent's gradient is 0 (as in PyTorch), not 0·(−∞).
export const Pow: GradientRule<'Pow'> = ({ g, inputs: { X, Y }, outputs: { Z }, dY: dZ }) => {
  const type = g.type(X).type;
  const exponent = () => (g.type(Y).type === type ? Y : g.cast(Y, type));
  return {
    X: () => {
      const constant = g.constantOf(Y);
      const [n, ...more] = constant ? numbersOf(constant) : [];
      if (n !== undefined && more.length === 0) {
        const power = n === 2 ? X : g.pow(X, g.scalar(n - 1, X));
        return g.mul(dZ, g.scale(power, n));
      }
      return g.mul(dZ, g.mul(exponent(), g.pow(X, g.sub(exponent(), g.scalar(1, X)))));
    },
    ...(isFloatType(g.type(Y).type) && {
      Y: () => {
        const zero = g.scalar(0, X);
        const positive = g.op('Greater', [X, zero]);
        return g.mul(dZ, g.where(positive, g.mul(Z, g.log(g.where(positive, X, g.scalar(1, X)))), zero));
      },
    }),
  };
};
