import type { GradientRule } from './rule.ts';

// Y = ln(1 + exp X);  dX = dY·σ(X), which never overflows
export const Softplus: GradientRule<'Softplus'> = ({ g, inputs: { X }, dY }) => ({
  X: () => g.mul(dY, g.op('Sigmoid', [X])),
});
