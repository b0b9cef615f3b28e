// Nodes that need not run: arithmetic on constants, and operations that change nothing.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic, sameShape } from '../../onnx/dims.ts';
import { intsOf } from '../../onnx/node.ts';
import { dataTypes, isFloatType, numbersOf, sizeOf, tensor } from '../../onnx/tensors.ts';
import type { Graph, Node, Tensor, ValueType } from '../../onnx/types.ts';
import { rewrite } from '../phases/rewrite.ts';

/** Larger results stay computed: a file full of folded constants helps nobody. */
const MAX_FOLDED = 4096;

const unary: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Reciprocal: (x) => 1 / x,
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** The node's value, where its inputs are constants and it is cheap to say. */
function evaluate(g: GraphBuilder, node: Node, { type, shape, elements }: ValueType): Tensor | undefined {
  if (
    elements &&
    isStatic(elements) &&
    isStatic(shape) &&
    elements.every((x) => Math.abs(x) <= Number.MAX_SAFE_INTEGER)
  )
    return tensor(type, shape, elements);
  const constants = node.inputs.map((input) => g.constantOf(input));
  if (!isStatic(shape) || sizeOf(shape) > MAX_FOLDED || constants.some((constant) => constant === undefined))
    return undefined;
  const values = constants.map((constant) => numbersOf(constant!));
  const size = sizeOf(shape);
  if (['Reshape', 'Unsqueeze', 'Squeeze', 'Identity', 'Flatten'].includes(node.op)) return { ...constants[0]!, shape };
  if (node.op === 'Cast' && isFloatType(type)) return tensor(type, shape, values[0]);
  if (!isFloatType(type)) return undefined;
  if (unary[node.op]) return tensor(type, shape, values[0].map(unary[node.op]));
  const apply = binary[node.op];
  if (!apply || values.some(({ length }) => length !== 1 && length !== size)) return undefined;
  const at = (side: number, i: number) => values[side][values[side].length === 1 ? 0 : i];
  return tensor(
    type,
    shape,
    Array.from({ length: size }, (_, i) => apply(at(0, i), at(1, i))),
  );
}

const isAll = (constant: Tensor | undefined, value: number): boolean =>
  constant !== undefined && constant.data.length <= MAX_FOLDED && numbersOf(constant).every((x) => x === value);

/** Another value that the node's output always equals. */
function equal(g: GraphBuilder, node: Node, out: ValueType): Value | undefined {
  const [a, b] = node.inputs;
  const same = (x: Value) => g.type(x).type === out.type && sameShape(g.shape(x), out.shape);
  const is = (x: Value, value: number) => isAll(g.constantOf(x), value);
  switch (node.op) {
    case 'Identity':
      return a;
    case 'Cast':
    case 'Reshape':
    case 'Flatten':
    case 'Expand':
      return same(a) ? a : undefined;
    case 'Mul':
      return is(b, 1) && same(a) ? a : is(a, 1) && same(b) ? b : undefined;
    case 'Div':
      return is(b, 1) && same(a) ? a : undefined;
    case 'Add':
      return is(b, 0) && same(a) ? a : is(a, 0) && same(b) ? b : undefined;
    case 'Sub':
      return is(b, 0) && same(a) ? a : undefined;
    case 'Transpose': {
      const perm = intsOf(node, 'perm');
      return perm?.every((axis, at) => axis === at) ? a : undefined;
    }
    default:
      return undefined;
  }
}

/** A Transpose that only moves axes of size 1 keeps the order of the elements: a Reshape, which costs nothing. */
function asReshape(g: GraphBuilder, node: Node): Value | undefined {
  if (node.op !== 'Transpose') return undefined;
  const shape = g.shape(node.inputs[0]);
  const perm = intsOf(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  const moved = perm.filter((axis) => shape[axis] !== 1);
  if (moved.some((axis, at) => at > 0 && axis < moved[at - 1])) return undefined;
  const target = perm.map((axis) => shape[axis]);
  if (target.filter((dim) => typeof dim === 'string').length > 1) return undefined;
  g.scope = node.name;
  const reshaped = g.reshape(node.inputs[0], target);
  g.scope = '';
  return reshaped;
}

export function fold(graph: Graph): Graph {
  return rewrite(graph, (g, node, [out]) => {
    if (node.domain !== '' || node.outputs.length !== 1) return undefined;
    if (!out || dataTypes[out.type].array === null) return undefined;
    const value = evaluate(g, node, out);
    if (value) return [g.constant(value)];
    const other = equal(g, node, out) ?? asReshape(g, node);
    return other === undefined ? undefined : [other];
  });
}
