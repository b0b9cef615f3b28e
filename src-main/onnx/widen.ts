// Half-precision models as single-precision ones: weights that are trained need the room, and so do their gradients.

import { fromBfloat16, fromFloat16 } from './half.ts';
import { dataTypes, zeros } from './tensors.ts';
import type { Attribute, Attributes, DataType, Graph, Node, Tensor, ValueInfo, ValueType } from './types.ts';

const isHalf = (type: DataType): boolean => type === 'float16' || type === 'bfloat16';
const widened = (type: DataType): DataType => (isHalf(type) ? 'float' : type);
const halfCodes = new Set([dataTypes.float16.code, dataTypes.bfloat16.code]);

function widenTensor(value: Tensor): Tensor {
  if (!isHalf(value.type)) return value;
  const result = zeros('float', value.shape);
  const decode = value.type === 'float16' ? fromFloat16 : fromBfloat16;
  (value.data as Uint16Array).forEach((bits, i) => (result.data[i] = decode(bits)));
  return result;
}

/** Attributes that name an element type. */
const typeAttributes = new Set(['to', 'dtype', 'output_datatype', 'stash_type']);

function widenAttribute(name: string, attribute: Attribute): Attribute {
  if (attribute.kind === 'tensor') return { ...attribute, value: widenTensor(attribute.value) };
  if (attribute.kind === 'graph') return { ...attribute, value: widen(attribute.value) };
  const names = attribute.kind === 'int' && typeAttributes.has(name) && halfCodes.has(attribute.value);
  return names ? { kind: 'int', value: dataTypes.float.code } : attribute;
}

const widenInfo = (info: ValueInfo): ValueInfo => ({ ...info, type: widened(info.type) });
const widenNode = (node: Node): Node => ({
  ...node,
  attributes: Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [name, widenAttribute(name, attribute)]),
  ) as Attributes,
});

/** Every float16 and bfloat16 becomes float, at the inputs and outputs too. */
export function widen(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(widenInfo),
    outputs: graph.outputs.map(widenInfo),
    initializers: new Map([...graph.initializers].map(([name, value]) => [name, widenTensor(value)])),
    nodes: graph.nodes.map(widenNode),
    values: new Map(
      [...graph.values].map(([name, type]): [string, ValueType] => [name, { ...type, type: widened(type.type) }]),
    ),
  };
}
