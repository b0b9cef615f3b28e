// GatherND and ScatterND name slices by tuples of indices; here a tuple becomes one number. Shared by their gradients and
// ScatterND's lowering.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { nodeError } from '../../onnx/node.ts';
import type { Dim, Node, Shape } from '../../onnx/types.ts';

export interface LinearIndices {
  /** int64, one axis: per tuple, its slice's place when the axes that tuples and batches run over are laid out as one. */
  readonly places: Value;
  /** Data laid out so: [slices, elements of a slice], or [slices] where a slice is an element. */
  readonly rows: Shape;
}

export function linearIndices(g: GraphBuilder, node: Node, shape: Shape, indices: Value, batchDims = 0): LinearIndices {
  const depth = g.shape(indices).at(-1);
  if (typeof depth !== 'number') throw nodeError('unsupported_shape', node, `tuples of "${depth}" indices`);
  const end = batchDims + depth;
  const indexed = shape.slice(batchDims, end);
  const slice = shape.slice(end);
  const rows = [product(shape.slice(0, end)), ...(slice.length > 0 ? [product(slice)] : [])];

  const negative = g.op('Less', [indices, g.int64s([0])]);
  const wrapped = g.where(negative, g.add(indices, g.shapeVector(indexed)), indices);
  const steps = indexed.map((_, at): Dim => product(indexed.slice(at + 1)));
  const within =
    depth === 1
      ? g.op('Squeeze', [wrapped, g.int64s([-1])])
      : g.reduceSum(g.mul(wrapped, g.shapeVector(steps)), [-1], false);
  const flat = (x: Value) => g.op('Reshape', [x, g.int64s([-1])]);
  if (batchDims === 0) return { places: flat(within), rows };

  const batch = shape.slice(0, batchDims);
  const scalar = (x: Value) => g.op('Squeeze', [x]);
  const [zero, count, one] = [g.int64s([0]), g.sizeVector(product(batch)), g.int64s([1])].map(scalar);
  const starts = g.mul(g.op('Range', [zero, count, one]), g.sizeVector(product(indexed)));
  const perBatch = g.reshape(within, [product(batch), product(g.shape(within).slice(batchDims))]);
  return { places: flat(g.add(perBatch, g.unsqueeze(starts, [1]))), rows };
}

/** ScatterND whose tuples are places; how is lowering/ScatterRows' business. */
export function scatterRows(
  g: GraphBuilder,
  { places, rows }: LinearIndices,
  data: Value,
  updates: Value,
  reduction: string,
): Value {
  const table = g.reshape(data, rows);
  const values = g.reshape(updates, [g.shape(places)[0], ...rows.slice(1)]);
  const attributes = { reduction: { kind: 'string', value: reduction } } as const;
  return g.reshape(g.abstract('ScatterRows', [table, places, values], table, attributes), g.shape(data));
}
