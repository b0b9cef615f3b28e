// Resize as products with matrices, one for each axis that it changes: it interpolates along each for itself.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { inputsOf, nodeError, stringOf } from '../../onnx/node.ts';
import { commonScale, resizedAxes, scaled } from '../../onnx/shapes/Resize.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Dim, Node, Shape } from '../../onnx/types.ts';

/** What happens to one axis. */
export interface Resized {
  readonly axis: number;
  /** Its place among scales, or sizes. */
  readonly index: number;
  readonly from: Dim;
  readonly to: Dim;
  /** Where it is known before the graph runs. */
  readonly scale: number | undefined;
}

function sizesOf(g: GraphBuilder, node: Node): Value | undefined {
  const { sizes } = inputsOf(node, 'Resize');
  return sizes !== undefined && g.shape(sizes)[0] !== 0 ? sizes : undefined;
}

/** `result`: the shape it has afterwards. */
export function changedAxes(g: GraphBuilder, node: Node, result: Shape): Resized[] {
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
    const [from, to] = [g.shape(X)[axis], result[axis]];
    const stretch = typeof from === 'number' && typeof to === 'number' ? to / from : from === to ? 1 : undefined;
    const scale = common ?? (sizes === undefined ? given && Number(given.data[index]) : stretch);
    if (common !== undefined && scaled(from, common) !== to) {
      throw nodeError('unsupported_attribute', node, 'its keep_aspect_ratio_policy rounds a size up');
    }
    return scale === 1 ? [] : [{ axis, index, from, to, scale }];
  });
}

/**
 * M [from, to]: what Resize itself makes of the rows of an identity matrix, so that no mode has to be retold here. With sizes
 * known beforehand the runtime computes it once, when it loads the model.
 */
export function matrixOf(g: GraphBuilder, node: Node, { axis, index, from, to, scale }: Resized): Value {
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

/** x times M [before, after] along an axis. */
export function timesMatrix(g: GraphBuilder, x: Value, M: Value, axis: number): Value {
  const shape = g.shape(x);
  if (axis === shape.length - 1) return g.matmul(x, M);
  const turned = g.transpose(M, [1, 0]);
  if (axis === shape.length - 2) return g.matmul(turned, x);
  const lead = shape.slice(0, axis).map(() => 0);
  const rows = g.op('Reshape', [x, g.int64s([...lead, 0, -1])]);
  return g.reshape(
    g.matmul(turned, rows),
    shape.map((dim, each) => (each === axis ? g.shape(M)[1] : dim)),
  );
}
