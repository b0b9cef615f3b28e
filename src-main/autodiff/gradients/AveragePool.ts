import type { GradientRule } from './rule.ts';

// Y = mean of X over each window;  every element of a window gets dY / (number of elements counted).
export const AveragePool: GradientRule<'AveragePool'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => g.abstract('AveragePoolGrad', [dY, X], X, node.attributes),
});
