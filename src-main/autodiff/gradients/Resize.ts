import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { inputsOf, nodeError, stringOf } from '../../onnx/node.ts';
import { commonScale, resizedAxes, scaled } from '../../onnx/shapes/Resize.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Dim, Node } from '../../onnx/types.ts';
import type { GradientRule } from './rule.ts';

/** What happens to one axis. */
interface Resized {
  readonly axis: number;
  /** Its place among scales, or sizes. */
  readonly index: number;
  readonly from: Dim;
  readonly to: Dim;
  /** Where it is known before the graph runs. */
  readonly scale: number | undefined;
}

// Y = X interpolated along some axes, each for itself: a product with a matrix M [from, to] an axis;  dX = dY·Mᵀ
//
// M is what Resize itself makes of the identity matrix, so that no mode has to be retold here: with sizes known beforehand
// the runtime computes it once, when it loads the model. Where every element is repeated a whole number of times, dX is
// the sum over its copies.
export const Resize: GradientRule<'Resize'> = ({ g, node, outputs: { Y }, dY }) => ({
  X: () => {
    const axes = changedAxes(g, node, Y);
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
      .reduce((x, axis) => contract(g, x, matrixOf(g, node, axis), axis), dY);
  },
});

function sizesOf(g: GraphBuilder, node: Node): Value | undefined {
  const { sizes } = inputsOf(node, 'Resize');
  return sizes !== undefined && g.shape(sizes)[0] !== 0 ? sizes : undefined;
}

function changedAxes(g: GraphBuilder, node: Node, Y: Value): Resized[] {
  const { X, scales } = inputsOf(node, 'Resize');
  const axes = resizedAxes(node, g.rank(X));
  const sizes = sizesOf(g, node);
  const given = sizes === undefined && scales !== undefined ? g.constantOf(scales) : undefined;
  const common =
    sizes === undefined
      ? undefined
      : commonScale(
          node,
          axes.map((axis) => g.shape(X)[axis]),
          g.type(sizes).elements ?? [],
        );
  // With scale 1 the runtime leaves an axis as it is, also where the mode would move or crop it.
  return axes.flatMap((axis, index): Resized[] => {
    const [from, to] = [g.shape(X)[axis], g.shape(Y)[axis]];
    const stretch = typeof from === 'number' && typeof to === 'number' ? to / from : from === to ? 1 : undefined;
    const scale = common ?? (sizes === undefined ? given && Number(given.data[index]) : stretch);
    if (common !== undefined && scaled(from, common) !== to) {
      throw nodeError('unsupported_attribute', node, 'its keep_aspect_ratio_policy rounds a size up');
    }
    return scale === 1 ? [] : [{ axis, index, from, to, scale }];
  });
}

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

/** M [from, to]: the rows of an identity matrix, resized as the axis is. */
function matrixOf(g: GraphBuilder, node: Node, { axis, index, from, to, scale }: Resized): Value {
  const { X, roi, scales } = inputsOf(node, 'Resize');
  const { type } = g.type(X);
  const size = g.sizeVector(from);
  const zeros = g.op('ConstantOfShape', [g.concat([size, size], 0)], {
    value: { kind: 'tensor', value: tensor(type, [1], [0]) },
  });
  const identity = g.op('EyeLike', [zeros]);
  const pick = (x: Value, at: number): Value => g.slice(x, [at], [at + 1], [0]);
  const number = (value: number): Value => g.constant(tensor('float', [1], [value]));

  const sizes = sizesOf(g, node);
  const bySize = sizes !== undefined && stringOf(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch';
  const newSize = () => g.concat([size, typeof to === 'number' ? g.int64s([to]) : pick(sizes!, index)], 0);
  const newScale = () =>
    scale === undefined ? g.concat([number(1), pick(scales!, index)], 0) : g.constant(tensor('float', [2], [1, scale]));

  const kept = [
    'mode',
    'coordinate_transformation_mode',
    'nearest_mode',
    'cubic_coeff_a',
    'exclude_outside',
    'antialias',
  ];
  const attributes = Object.fromEntries(kept.map((name) => [name, node.attributes[name]]));
  const inputs = [
    identity,
    regionOf(g, node, roi, axis),
    bySize ? undefined : newScale(),
    bySize ? newSize() : undefined,
  ];
  // Places outside the region show a constant, which passes nothing: extrapolation_value is left at 0.
  return g.node('Resize', inputs, attributes, { types: [{ type, shape: [from, to] }] })[0];
}

/** The part of the axis that tf_crop_and_resize takes, beside the whole of the matrix' first axis. */
function regionOf(g: GraphBuilder, node: Node, roi: Value | undefined, axis: number): Value | undefined {
  const cropping = stringOf(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  if (!cropping || roi === undefined) return undefined;
  const at = resizedAxes(node, g.rank(node.inputs[0])).indexOf(axis);
  const count = Number(g.shape(roi)[0]) / 2;
  const pick = (index: number) => g.slice(roi, [index], [index + 1], [0]);
  const [zero, one] = [0, 1].map((value) => g.constant(tensor(g.type(roi).type, [1], [value])));
  return g.concat([zero, pick(at), one, pick(at + count)], 0);
}

/** x, of size `to` along the axis, times Mᵀ. */
function contract(g: GraphBuilder, x: Value, M: Value, { axis, from }: Resized): Value {
  const shape = g.shape(x);
  if (axis === shape.length - 1) return g.matmul(x, g.transpose(M, [1, 0]));
  if (axis === shape.length - 2) return g.matmul(M, x);
  const lead = shape.slice(0, axis).map(() => 0);
  const rows = g.op('Reshape', [x, g.int64s([...lead, 0, -1])]);
  return g.reshape(
    g.matmul(M, rows),
    shape.map((dim, each) => (each === axis ? from : dim)),
  );
}
