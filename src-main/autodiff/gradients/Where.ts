import type { GradientRule } from './rule.ts';

// Z = X where the condition holds, else Y;  dX = dZ where it holds, dY = dZ where not, else 0
export const Where: GradientRule<'Where'> = ({ g, inputs: { condition }, dY: dZ }) => ({
  X: () => g.where(condition, dZ, g.scalar(0, dZ)),
  Y: () => g.where(condition, g.scalar(0, dZ), dZ),
});
