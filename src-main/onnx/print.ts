// Graph → text, one line a node, the same text for the same graph: for golden tests, diffs and eyes.

import { sizeOf } from './tensors.ts';
import type { Attribute, Graph, Model, Node, Shape, Tensor, ValueInfo } from './types.ts';

const MAX_VALUES = 8;

const shapeText = (shape: Shape | undefined): string => (shape ? `[${shape.join(', ')}]` : '[?]');

function tensorText({ type, shape, data }: Tensor): string {
  const values = Array.from(data as ArrayLike<number | bigint | string>).slice(0, MAX_VALUES);
  const more = sizeOf(shape) > MAX_VALUES ? ', …' : '';
  return `${type}${shapeText(shape)} {${values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : value)).join(', ')}${more}}`;
}

function attributeText(attribute: Attribute, indent: string): string {
  switch (attribute.kind) {
    case 'graph':
      return `{\n${printGraph(attribute.value, `${indent}    `)}${indent}  }`;
    case 'tensor':
      return tensorText(attribute.value);
    case 'string':
      return JSON.stringify(attribute.value);
    case 'ints':
    case 'floats':
    case 'strings':
      return `[${attribute.value.join(', ')}]`;
    case 'float':
      return Number.isInteger(attribute.value) ? `${attribute.value}.0` : `${attribute.value}`;
    default:
      return `${attribute.value}`;
  }
}

function nodeText(node: Node, graph: Graph, indent: string): string {
  const outputs = node.outputs.map((name) => {
    const type = graph.values.get(name);
    return type ? `${name}: ${type.type}${shapeText(type.shape)}` : name || '_';
  });
  const attributes = Object.entries(node.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attribute]) => `${name}=${attributeText(attribute, indent)}`);
  const call = [...node.inputs.map((name) => name || '_'), ...attributes].join(', ');
  return `${indent}${outputs.join(', ')} = ${node.domain ? `${node.domain}.` : ''}${node.op}(${call})\n`;
}

const infoText = ({ name, type, shape }: ValueInfo): string => `${name}: ${type}${shapeText(shape)}`;

export function printGraph(graph: Graph, indent = ''): string {
  let text = `${indent}${graph.name}(${graph.inputs.map(infoText).join(', ')}) -> (${graph.outputs.map(infoText).join(', ')})\n`;
  for (const [name, value] of graph.initializers) text += `${indent}${name} := ${tensorText(value)}\n`;
  for (const node of graph.nodes) text += nodeText(node, graph, indent);
  return text;
}

export function printModel(model: Model): string {
  const opsets = Object.entries(model.opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  return `onnx ${model.irVersion}, ${opsets.sort().join(', ')}\n${printGraph(model.graph)}`;
}
