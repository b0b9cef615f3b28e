import { floorDiv, product } from '../dims.ts';
import { axesOf, intsOf, nodeError, stringOf } from '../node.ts';
import type { Dim, Node, Shape } from '../types.ts';
import type { InferContext, ShapeRule } from './infer.ts';

/** The axes that scales and sizes speak of, in their order. */
export function resizedAxes(node: Node, rank: number): number[] {
  const axes = intsOf(node, 'axes');
  return axes ? axesOf(node, axes, rank) : Array.from({ length: rank }, (_, axis) => axis);
}

/** ⌊size·scale⌋, as ONNX Runtime computes it in 32 bits; undefined where only the run can say. */
export function scaled(size: Dim, scale: number): Dim | undefined {
  if (typeof size === 'number') return Math.floor(Math.fround(Math.fround(size) * Math.fround(scale)));
  if (Number.isInteger(scale)) return product([size, scale]);
  return Number.isInteger(1 / scale) ? floorDiv(size, 1 / scale) : undefined;
}

/**
 * For keep_aspect_ratio_policy other than stretch: the one scale of all axes that makes the result fit into the sizes, or
 * cover them. undefined: each size is met.
 */
export function commonScale(node: Node, from: Shape, sizes: Shape): number | undefined {
  const policy = stringOf(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return undefined;
  const scales = from.map((size, i) => {
    const target = sizes[i];
    if (typeof size === 'number' && typeof target === 'number') return Math.fround(target / size);
    throw nodeError('unsupported_shape', node, `keep_aspect_ratio_policy="${policy}" with unknown sizes`);
  });
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
}

/** Opsets before 13 had to give scales; they give none of them beside sizes. */
const given = (c: InferContext, index: number): boolean => c.has(index) && c.shape(index)[0] !== 0;

export const Resize: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const axes = resizedAxes(c.node, shape.length);
  const result = [...shape];
  if (given(c, 3)) {
    const sizes = c.required(3, 'sizes');
    const common = commonScale(
      c.node,
      axes.map((axis) => shape[axis]),
      sizes,
    );
    axes.forEach((axis, i) => {
      result[axis] = common === undefined ? sizes[i] : Math.round(Math.fround(common * Number(shape[axis])));
    });
  } else {
    const scales = c.elements(2);
    axes.forEach((axis, i) => {
      const scale = scales?.[i];
      result[axis] = (typeof scale === 'number' ? scaled(shape[axis], scale) : undefined) ?? c.unknown(axis);
    });
  }
  return [{ type, shape: result }];
};
