// What stands between blocked convolutions: pictures stay in blocks from one to the next. A change of layout there and back goes;
// operators that take each number by itself are as happy with blocks; a number for each channel (the shift and scale of batch
// normalization) is a convolution of depth 1; sums over pictures and places go by blocks. And what a convolution can do on the way
// joins it: a Relu behind it, a sum with another picture.

import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { sameShape } from '../../../onnx/dims.ts';
import { inputsOf, intOf } from '../../../onnx/node.ts';
import { subgraphsOf } from '../../../onnx/subgraphs.ts';
import type { Graph, Node, Shape, ValueType } from '../../../onnx/types.ts';
import { rewrite } from '../../phases/rewrite.ts';
import { affineOf } from './affine.ts';
import { isBatchKernel, kernelOf } from './batch-kernel.ts';
import { blockedOf, blockedWeights, intoBlocks, isReorder, NCHWC, outOfBlocks } from './blocks.ts';
import { interleaved, isInterleave, joinPhases } from './phases.ts';
import { reducedInBlocks } from './reduce.ts';

export function joinBlocks(separate: Graph, block: number): Graph {
  const graph = joinPhases(separate);
  const uses = usesOf(graph);
  const wanted = wantedOf(graph);
  const convolutions = new Map<Value, Node>();
  // Of each graph by itself: what is laid out inside a loop is not there outside of it.
  const layouts = new WeakMap<GraphBuilder, Map<Value, Value>>();
  const laidIn = (g: GraphBuilder) => layouts.get(g) ?? layouts.set(g, new Map<Value, Value>()).get(g)!;

  return rewrite(graph, (g, node, [type]) => {
    const laid = laidIn(g);
    const [x] = node.inputs;
    const isPicture = (shape: Shape) => shape.length === 4 && typeof shape[1] === 'number' && shape[1] % block === 0;
    const inBlocks = (value: Value): Value => {
      if (!laid.has(value)) laid.set(value, intoBlocks(g, value));
      return laid.get(value)!;
    };
    /** The convolution that a picture comes from, if nothing else reads it. */
    const behind = (value: Value): Node | undefined =>
      uses.get(value) === 1 ? convolutions.get(laid.get(value) ?? '') : undefined;
    const convolution = (type: ValueType, { inputs, attributes }: Pick<Node, 'inputs' | 'attributes'>): Value => {
      const [y] = g.node('Conv', inputs, attributes, {
        domain: NCHWC,
        types: [{ type: type.type, shape: type.shape }],
      });
      convolutions.set(y, g.nodes.at(-1)!);
      return y;
    };
    const picture = (y: Value): readonly Value[] => {
      const plain = outOfBlocks(g, y, g.shape(y)[1] as number);
      laid.set(plain, y);
      uses.set(plain, uses.get(node.outputs[0]) ?? 0);
      return [plain];
    };

    if (isReorder(node, 'ReorderInput')) {
      const known = laid.get(x);
      if (known === undefined) laid.set(x, node.outputs[0]);
      return known === undefined ? undefined : [known];
    }
    if (isReorder(node, 'ReorderOutput')) {
      if (isPicture(g.shape(x))) laid.set(node.outputs[0], x);
      return undefined;
    }
    if (node.domain === NCHWC) {
      convolutions.set(node.outputs[0], node);
      return undefined;
    }
    if (isInterleave(node)) return picture(interleaved(g, node, type!.shape, block, inBlocks));
    if (isBatchKernel(node)) return [kernelOf(g, block, node, laid.get(x))];
    const first = wanted.has(node.outputs[0]) ? firstOf(g, node, block, type!) : undefined;
    if (first) return picture(convolution(type!, first));
    if (node.domain !== '' || !node.inputs.some((input) => laid.has(input))) return undefined;

    const reduced = laid.has(x) ? reducedInBlocks(g, node, laid.get(x)!) : undefined;
    if (reduced !== undefined) return [reduced];
    const operands = operandsOf(g, node);
    if (!operands || !isPicture(operands.shape)) return undefined;
    const known = operands.pictures.filter((value) => laid.has(value));
    const stays = known.length === operands.pictures.length || wanted.has(node.outputs[0]);
    if (known.length === 0 || !stays) return undefined;

    const affine = affineOf(g, node);
    if (affine) {
      const { scale, shift } = affine;
      const y = inBlocks(affine.x);
      return picture(convolution(g.type(y), depthwise(g, [y, scale, shift], operands.shape[1] as number)));
    }
    if (operands.others > 0) return undefined;
    if (node.op === 'Relu') {
      const conv = behind(x);
      if (conv && !conv.attributes.activation) {
        const attributes = { ...conv.attributes, activation: { kind: 'string', value: 'Relu' } } as const;
        return picture(convolution(g.type(x), { inputs: conv.inputs, attributes }));
      }
    }
    if (node.op === 'Add' && operands.pictures.length === 2) {
      const [first, other] = behind(node.inputs[1]) ? [node.inputs[1], x] : [x, node.inputs[1]];
      const conv = behind(first);
      if (conv && !conv.attributes.activation && conv.inputs.length <= 3 && first !== other) {
        const [data, weights, bias = ''] = conv.inputs;
        return picture(convolution(g.type(first), { ...conv, inputs: [data, weights, bias, inBlocks(other)] }));
      }
    }
    const inputs = node.inputs.map((value) => (operands.pictures.includes(value) ? inBlocks(value) : value));
    return picture(g.op(node.op, inputs, node.attributes));
  });
}

/** Take each number by itself, whatever lies beside it. */
const ELEMENTWISE: ReadonlySet<string> = new Set(
  'Abs Add Clip Div Elu Erf Exp HardSigmoid HardSwish LeakyRelu Log Max Min Mul Neg Pow Reciprocal Relu Sigmoid Softplus Sqrt Sub Tanh'.split(
    ' ',
  ),
);

const mayFollow = ({ op }: Node): boolean => ELEMENTWISE.has(op) || op === 'BatchNormalization';

interface Operands {
  readonly shape: Shape;
  /** As large as the result. */
  readonly pictures: readonly Value[];
  /** Neither as large nor one number. */
  readonly others: number;
}

/** undefined: not an operator that can do with blocks. */
function operandsOf(g: GraphBuilder, node: Node): Operands | undefined {
  if (!mayFollow(node)) return undefined;
  const given = node.inputs.filter(Boolean);
  const pictures = given.filter((input) => g.rank(input) === 4).map((input) => g.shape(input));
  const shape = pictures.find((each) => each.some((dim, axis) => axis !== 1 && dim !== 1)) ?? pictures[0];
  if (shape === undefined || given.some((input) => g.type(input).type !== 'float')) return undefined;
  return {
    shape,
    pictures: given.filter((input) => sameShape(g.shape(input), shape)),
    others: given.filter((input) => !sameShape(g.shape(input), shape) && !isScalar(g.shape(input))).length,
  };
}

/** Of more axes than a picture has, it would give its own to the result. */
const isScalar = (shape: Shape): boolean => shape.length <= 4 && shape.every((dim) => dim === 1);

/** x·scale + shift as a convolution of depth 1 with a kernel of 1×1, whose weights have no other layout in blocks. */
function depthwise(g: GraphBuilder, [x, scale, shift]: readonly (Value | undefined)[], channels: number) {
  const ones = { kind: 'ints', value: [1, 1] } as const;
  return {
    inputs: [x!, g.reshape(scale!, [channels, 1, 1, 1]), ...(shift === undefined ? [] : [shift])],
    attributes: {
      group: { kind: 'int', value: channels },
      kernel_shape: ones,
      strides: ones,
      dilations: ones,
    },
  } as const;
}

/** A convolution of pictures with few channels, which lie in no blocks: what it makes may. undefined: not such a node. */
function firstOf(
  g: GraphBuilder,
  node: Node,
  block: number,
  { shape }: ValueType,
): Pick<Node, 'inputs' | 'attributes'> | undefined {
  if (node.op !== 'Conv' || node.domain !== '') return undefined;
  const { X, W, B = '' } = inputsOf(node, 'Conv');
  if (g.type(X).type !== 'float' || g.constantOf(W)) return undefined;
  const blocked = blockedOf(block, intOf(node, 'group', 1), g.shape(W), shape, true);
  if (!blocked || blocked.channels >= block) return undefined;
  return { inputs: [X, blockedWeights(g, W, blocked), B], attributes: node.attributes };
}

/** What a change of layout reads, and what leads to it. */
function wantedOf(graph: Graph, wanted = new Set<Value>()): ReadonlySet<Value> {
  for (const node of [...graph.nodes].reverse()) {
    for (const [, inner] of subgraphsOf(node)) wantedOf(inner, wanted);
    const follows = node.domain === '' && mayFollow(node) && wanted.has(node.outputs[0]);
    if (follows || isReorder(node, 'ReorderInput')) node.inputs.forEach((input) => wanted.add(input));
  }
  return wanted;
}

/** How often each value is read, graphs inside nodes and the outputs included. */
function usesOf(graph: Graph, uses = new Map<Value, number>()): Map<Value, number> {
  const read = (name: Value) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) {
    node.inputs.forEach(read);
    for (const [, inner] of subgraphsOf(node)) usesOf(inner, uses);
  }
  for (const { name } of graph.outputs) read(name);
  return uses;
}
