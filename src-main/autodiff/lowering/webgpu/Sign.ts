import type { Lowering } from '../lowering.ts';

// 1 above 0, −1 below, else 0. WebGPU has no Sign: left alone, it would visit the CPU in every step.
export const Sign: Lowering = ({ g, node }) => {
  const [x] = node.inputs;
  const [zero, one] = [g.scalar(0, x), g.scalar(1, x)];
  const notPositive = g.where(g.op('Less', [x, zero]), g.scalar(-1, x), zero);
  return [g.where(g.op('Greater', [x, zero]), one, notPositive)];
};
