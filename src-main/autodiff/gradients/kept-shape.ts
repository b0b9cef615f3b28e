// Shared by the reductions.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { axesOf, intOf, intsOf } from '../../onnx/node.ts';
import type { Dim, Node } from '../../onnx/types.ts';

/** The axes given: an attribute before opset 18, an input since; undefined where only the run knows them. */
function givenAxes(g: GraphBuilder, node: Node): readonly number[] | undefined {
  const input = node.inputs[1];
  const axes: readonly Dim[] | undefined = intsOf(node, 'axes') ?? (input ? g.type(input).elements : []);
  return axes?.every((axis) => typeof axis === 'number') ? axes : undefined;
}

/** A reduced value with its reduced axes back, of size 1, so that it broadcasts against the reduction's input. */
export function keptShape(g: GraphBuilder, node: Node, data: Value, reduced: Value): Value {
  const rank = g.rank(data);
  if (intOf(node, 'keepdims', 1) === 1 || g.rank(reduced) === rank) return reduced;
  const axes = givenAxes(g, node) ?? [];
  // All axes reduced: a scalar, which broadcasts as it is.
  return axes.length === 0 || axes.length === rank ? reduced : g.unsqueeze(reduced, axesOf(node, axes, rank));
}

/** The sum over the axes that `node` reduces, which stay, of size 1. */
export function sumOverReduced(g: GraphBuilder, node: Node, x: Value): Value {
  const axes = givenAxes(g, node);
  const noop = intOf(node, 'noop_with_empty_axes', 0);
  if (axes === undefined) return g.op('ReduceSum', [x, node.inputs[1]], { keepdims: 1, noop_with_empty_axes: noop });
  if (axes.length > 0) return g.reduceSum(x, axesOf(node, axes, g.rank(x)));
  return noop === 1
    ? x
    : g.reduceSum(
        x,
        g.shape(x).map((_, axis) => axis),
      );
}
