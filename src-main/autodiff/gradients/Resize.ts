import { product } from '../../onnx/dims.ts';
import { stringOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';
import { changedAxes, matrixOf, type Resized, timesMatrix } from '../forms/resize.ts';
import type { GradientRule } from './rule.ts';

// Y = X interpolated along some axes, each for itself: a product with a matrix M [from, to] an axis;  dX = dY·Mᵀ
//
// Where every element is repeated a whole number of times, dX is the sum over its copies.
export const Resize: GradientRule<'Resize'> = ({ g, node, outputs: { Y }, dY }) => ({
  X: () => {
    const axes = changedAxes(g, node, g.shape(Y));
    const copies = axes.map((axis) => copiesOf(node, axis));
    const spatial = axes.every(({ axis }) => axis >= 2) && g.rank(Y) >= 3 && g.rank(Y) <= 5;
    if (spatial && axes.length > 0 && copies.every((count) => count !== undefined)) {
      const kernel = Array.from({ length: g.rank(Y) - 2 }, () => 1);
      axes.forEach(({ axis }, i) => (kernel[axis - 2] = copies[i]!));
      const mean = g.op('AveragePool', [dY], { kernel_shape: kernel, strides: kernel });
      return g.scale(
        mean,
        kernel.reduce((all, count) => all * count, 1),
      );
    }
    // Axes that shrink most first: less is left for the others.
    const growth = ({ from, to }: Resized) => (typeof from === 'number' && typeof to === 'number' ? from / to : 1);
    return [...axes]
      .sort((a, b) => growth(a) - growth(b))
      .reduce((x, axis) => timesMatrix(g, x, g.transpose(matrixOf(g, node, axis), [1, 0]), axis.axis), dY);
  },
});

/** s, where element i of the axis becomes elements s·i to s·i + s − 1; else undefined. */
function copiesOf(node: Node, { from, to, scale }: Resized): number | undefined {
  if (stringOf(node, 'mode', 'nearest') !== 'nearest' || scale === undefined || !Number.isInteger(scale))
    return undefined;
  if (to !== product([from, scale])) return undefined;
  const place = placeIn(stringOf(node, 'coordinate_transformation_mode', 'half_pixel'));
  const round = rounding[stringOf(node, 'nearest_mode', 'round_prefer_floor')];
  const whole =
    place && round && Array.from({ length: scale }, (_, i) => round(place(i, scale))).every((at) => at === 0);
  return whole ? scale : undefined;
}

const rounding: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Where in the original, counted from its element 0, place `at` of an axis that is `scale` times as long lies. */
function placeIn(mode: string): ((at: number, scale: number) => number) | undefined {
  switch (mode) {
    case 'half_pixel':
    case 'half_pixel_symmetric':
    case 'pytorch_half_pixel':
      return (at, scale) => (at + 0.5) / scale - 0.5;
    case 'tf_half_pixel_for_nn':
      return (at, scale) => (at + 0.5) / scale;
    case 'asymmetric':
      return (at, scale) => at / scale;
    default:
      return undefined;
  }
}
