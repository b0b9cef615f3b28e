import type { Lowering } from './lowering.ts';

// dX = dY where Y > 0, else 0. Y is never negative, so on the CPU "Y as a truth value" is the mask, a third cheaper than
// comparing and selecting (0.77 ms against 1.12 ms for 32×16×28×28).
export const ReluGrad: Lowering = ({ g, node, device }) => {
  const [dY, Y] = node.inputs;
  if (device === 'cpu') return [g.mul(dY, g.cast(g.cast(Y, 'bool'), g.type(dY).type))];
  return [g.where(g.op('Greater', [Y, g.scalar(0, Y)]), dY, g.scalar(0, dY))];
};
