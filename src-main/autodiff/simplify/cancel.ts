// Movements that undo or continue one another: forward and backward pass each transpose, reshape and cast, often back and forth.

import { intOf, intsOf } from '../../onnx/node.ts';
import { dataTypeOfCode, dataTypes, isFloatType, numbersOf } from '../../onnx/tensors.ts';
import type { DataType, Graph, Node } from '../../onnx/types.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { rewrite } from '../phases/rewrite.ts';

const permOf = (g: GraphBuilder, node: Node): readonly number[] => {
  const rank = g.rank(node.inputs[0]);
  return intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
};

/** Whether every value of `from` stands in `to` exactly. */
function holds(from: DataType, to: DataType): boolean {
  if (from === to || from === 'bool') return true;
  const bits = (type: DataType) => (dataTypes[type].array?.BYTES_PER_ELEMENT ?? 0) * 8;
  // A float of 32 bits holds whole numbers of 24, one of 64 those of 53.
  if (isFloatType(to) && !isFloatType(from))
    return to === 'double' ? bits(from) <= 32 : to === 'float' && bits(from) <= 16;
  if (isFloatType(from)) return isFloatType(to) && to === 'double' && from === 'float';
  const signed = (type: DataType) => !type.startsWith('u');
  return signed(from) === signed(to) ? bits(from) <= bits(to) : signed(to) && bits(from) < bits(to);
}

/** The node's value from what went into the node before it; undefined: leave it. */
function shortened(g: GraphBuilder, node: Node, before: Node): Value | undefined {
  const [source] = before.inputs;
  switch (`${before.op} ${node.op}`) {
    case 'Transpose Transpose': {
      const [first, second] = [permOf(g, before), permOf(g, node)];
      const both = second.map((axis) => first[axis]);
      return both.every((axis, at) => axis === at) ? source : g.transpose(source, both);
    }
    case 'Reshape Reshape':
    case 'Flatten Reshape':
    case 'Squeeze Reshape':
    case 'Unsqueeze Reshape': {
      // A 0 in the second target means a size of what is skipped here.
      const target = g.constantOf(node.inputs[1]);
      const plain = target && intOf(node, 'allowzero', 0) === 0 && !numbersOf(target).includes(0);
      return plain ? g.op('Reshape', [source, node.inputs[1]]) : undefined;
    }
    case 'Cast Cast': {
      const from = g.type(source).type;
      if (!holds(from, g.type(node.inputs[0]).type)) return undefined;
      const to = dataTypeOfCode(intOf(node, 'to', 0), node.name);
      return to === from ? source : g.cast(source, to);
    }
    default:
      return undefined;
  }
}

export function cancel(graph: Graph): Graph {
  const producers = new Map<Value, Node>();
  const remember = (node: Node) => {
    for (const output of node.outputs) producers.set(output, node);
  };
  return rewrite(graph, (g, node) => {
    const before = node.domain === '' ? producers.get(node.inputs[0]) : undefined;
    g.scope = node.name;
    const value = before && before.domain === '' ? shortened(g, node, before) : undefined;
    g.scope = '';
    if (value === undefined) {
      remember(node);
      return undefined;
    }
    // A third one in a row may continue the two.
    const last = g.nodes.at(-1);
    if (last?.outputs[0] === value) remember(last);
    return [value];
  });
}
