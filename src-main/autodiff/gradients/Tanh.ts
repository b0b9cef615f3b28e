import type { GradientRule } from './rule.ts';

// Y = tanh X;  dX = dY·(1 − Y²)
export const Tanh: GradientRule<'Tanh'> = ({ g, outputs: { output: Y }, dY }) => ({
  input: () => g.mul(dY, g.sub(g.scalar(1, Y), g.mul(Y, Y))),
});
