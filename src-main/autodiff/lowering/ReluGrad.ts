import type { Lowering } from './lowering.ts';

// dX = dY where Y > 0, else 0
export const ReluGrad: Lowering = ({ g, node: { inputs: [dY, Y] } }) => [
  g.where(g.op('Greater', [Y, g.scalar(0, Y)]), dY, g.scalar(0, dY)),
];
