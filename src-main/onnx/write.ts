// Model → ONNX file. The same model gives the same bytes: fields in descriptor order, maps sorted by key, no dates.

import { AtelierError } from '../shared/errors.ts';
import { attributeCodes, modelProto } from './proto.ts';
import { bytesOf, dataTypes } from './tensors.ts';
import type { Attribute, Graph, Model, Node, Shape, Tensor, ValueInfo } from './types.ts';
import { encode, type WireMessage } from './wire.ts';

const encoder = new TextEncoder();
const byKey = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

function tensorMessage(name: string | undefined, { type, shape, data }: Tensor): WireMessage {
  const message: WireMessage = { dims: shape, dataType: dataTypes[type].code, name };
  if (type === 'string') message.stringData = (data as readonly string[]).map((entry) => encoder.encode(entry));
  else message.rawData = bytesOf({ type, shape, data });
  return message;
}

const shapeMessage = (shape: Shape): WireMessage => ({
  dim: shape.map((dim): WireMessage => (typeof dim === 'number' ? { value: dim } : { param: dim })),
});

function valueMessage({ name, type, shape, tensor }: ValueInfo): WireMessage {
  if (tensor === false) throw new AtelierError('unsupported_type', `value "${name}" is no tensor`);
  return { name, type: { tensorType: { elemType: dataTypes[type].code, shape: shape && shapeMessage(shape) } } };
}

function attributeMessage(name: string, attribute: Attribute): WireMessage {
  const message: WireMessage = { name, type: attributeCodes[attribute.kind] };
  switch (attribute.kind) {
    case 'float':
      message.f = attribute.value;
      break;
    case 'int':
      message.i = attribute.value;
      break;
    case 'string':
      message.s = encoder.encode(attribute.value);
      break;
    case 'tensor':
      message.t = tensorMessage(undefined, attribute.value);
      break;
    case 'graph':
      message.g = graphMessage(attribute.value);
      break;
    case 'strings':
      message.strings = attribute.value.map((entry) => encoder.encode(entry));
      break;
    default:
      message[attribute.kind] = attribute.value;
  }
  return message;
}

const nodeMessage = (node: Node): WireMessage => ({
  input: node.inputs,
  output: node.outputs,
  name: node.name,
  opType: node.op,
  attribute: byKey(node.attributes).map(([name, attribute]) => attributeMessage(name, attribute)),
  domain: node.domain || undefined,
});

const graphMessage = (graph: Graph): WireMessage => ({
  node: graph.nodes.map(nodeMessage),
  name: graph.name,
  initializer: [...graph.initializers].map(([name, value]) => tensorMessage(name, value)),
  input: graph.inputs.map(valueMessage),
  output: graph.outputs.map(valueMessage),
  valueInfo: [...graph.values].map(([name, { type, shape }]) => valueMessage({ name, type, shape })),
});

export function writeModel(model: Model): Uint8Array {
  const bytes = encode(
    {
      irVersion: model.irVersion,
      producerName: model.producer,
      graph: graphMessage(model.graph),
      opsetImport: byKey(model.opsets).map(([domain, version]): WireMessage => ({ domain, version })),
      metadataProps: byKey(model.metadata).map(([key, value]): WireMessage => ({ key, value })),
    },
    modelProto,
  );
  if (bytes.length > 2 ** 31 - 1) throw new AtelierError('model_too_large', 'an ONNX file holds at most 2 GB');
  return bytes;
}
