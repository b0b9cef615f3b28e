import type { Value } from '../../onnx/builder.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// grid = theta·(places, 1), with places those of the grid that leaves a picture as it is;  dtheta = Σ dgrid·(places, 1)ᵀ
export const AffineGrid: GradientRule<'AffineGrid'> = ({ g, node, inputs: { theta, size }, dY }) => ({
  theta: () => {
    const axes = g.rank(dY) - 2;
    const identity = Array.from({ length: axes * (axes + 1) }, (_, i) =>
      Number(i % (axes + 1) === Math.floor(i / (axes + 1))),
    );
    const still = g.constant(tensor(g.type(theta).type, [1, axes, axes + 1], identity));
    const single = g.concat([g.int64s([1]), g.slice(size, [1], [2 ** 31 - 1], [0])], 0);
    const grid = g.op('AffineGrid', [still, single], node.attributes);
    const rows = (x: Value) => g.op('Reshape', [x, g.int64s([0, -1, axes])]);
    const perAxis = g.transpose(rows(dY), [0, 2, 1]);
    return g.concat([g.matmul(perAxis, rows(grid)), g.reduceSum(perAxis, [2])], 2);
  },
});
