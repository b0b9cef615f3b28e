import type { GradientRule } from './rule.ts';

// Y = max(X, 0);  dX = dY where Y > 0, else 0 — at 0 itself the gradient is 0, as in PyTorch.
// What masks fastest differs by device: see lowering/ReluGrad.ts.
export const Relu: GradientRule<'Relu'> = ({ g, outputs: { Y }, dY }) => ({
  X: () => g.abstract('ReluGrad', [dY, Y], Y),
});
