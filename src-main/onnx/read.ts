// ONNX file → Model. Files come from anywhere: whatever is wrong with one is a coded error, never a crash or a guess.

import { AtelierError } from '../shared/errors.ts';
import { Functions } from './functions.ts';
import { attributeCodes, modelProto } from './proto.ts';
import { bytesOf, dataTypeOfCode, dataTypes, sizeOf, zeros } from './tensors.ts';
import type {
  Attribute,
  Attributes,
  DataType,
  Dim,
  Graph,
  Model,
  Node,
  Tensor,
  ValueInfo,
  ValueType,
} from './types.ts';
import { decode, type WireMessage } from './wire.ts';

/** protobuf itself stops at 2 GB; larger models keep their weights in files beside them. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** What there is besides the message that is read. */
interface Source {
  readonly external: ExternalData | undefined;
  readonly functions: Functions;
}

/** The bytes of a file that a model keeps values in. `location`: as the model says it, relative to the model, not yet trusted. */
export type ExternalData = (location: string, where: string) => Uint8Array;

const text = (message: WireMessage, field: string): string => (message[field] as string | undefined) ?? '';
const integer = (message: WireMessage, field: string): number => (message[field] as number | undefined) ?? 0;
const part = (message: WireMessage, field: string): WireMessage | undefined =>
  message[field] as WireMessage | undefined;
const parts = (message: WireMessage, field: string): readonly WireMessage[] =>
  (message[field] as readonly WireMessage[] | undefined) ?? [];
const list = <T>(message: WireMessage, field: string): readonly T[] =>
  (message[field] as readonly T[] | undefined) ?? [];

const utf8 = new TextDecoder();

function unique<T>(entries: readonly (readonly [string, T])[], what: string): Map<string, T> {
  const map = new Map(entries);
  if (map.size === entries.length) return map;
  const seen = new Set<string>();
  const twice = entries.find(([name]) => seen.size === seen.add(name).size)?.[0];
  throw new AtelierError('invalid_model', `${what} "${twice}" stands there twice`);
}

/** Where the typed fields keep the values of a type when rawData is not used. */
function typedField(type: DataType): string {
  if (type === 'float') return 'floatData';
  if (type === 'double') return 'doubleData';
  if (type === 'int64') return 'int64Data';
  if (type === 'uint32' || type === 'uint64') return 'uint64Data';
  return 'int32Data';
}

/** The values' bytes in another file: {location, offset?, length?}. */
function readExternal(message: WireMessage, where: string, external: ExternalData | undefined): Uint8Array {
  if (!external) {
    throw new AtelierError('external_data', `${where} keeps its values in another file; save the model as one file`);
  }
  const entries = parts(message, 'externalData').map((entry) => [text(entry, 'key'), text(entry, 'value')] as const);
  const { location, offset = '0', length } = Object.fromEntries(entries) as Partial<Record<string, string>>;
  if (!location) throw new AtelierError('invalid_model', `${where} keeps its values in a file without a name`);
  const bytes = external(location, where);
  const [from, size] = [Number(offset), length === undefined ? bytes.length - Number(offset) : Number(length)];
  const inside =
    Number.isSafeInteger(from) && from >= 0 && Number.isSafeInteger(size) && size >= 0 && from + size <= bytes.length;
  if (!inside) {
    throw new AtelierError(
      'invalid_model',
      `${where}: "${location}" has ${bytes.length} bytes, not ${length ?? 'some'} from ${offset}`,
    );
  }
  return bytes.subarray(from, from + size);
}

function readTensor(message: WireMessage, where: string, { external }: Source): Tensor {
  const type = dataTypeOfCode(integer(message, 'dataType'), where);
  const shape = list<number>(message, 'dims');
  const size = sizeOf(shape);
  if (shape.some((dim) => dim < 0) || size > MAX_MODEL_BYTES) {
    throw new AtelierError('invalid_model', `${where} has the shape [${shape.join(', ')}]`);
  }
  const wrongLength = (found: number, unit: string) =>
    new AtelierError('invalid_model', `${where}: ${found} ${unit} for shape [${shape.join(', ')}] of ${type}`);

  if (type === 'string') {
    const strings = list<Uint8Array>(message, 'stringData').map((bytes) => utf8.decode(bytes));
    if (strings.length !== size) throw wrongLength(strings.length, 'strings');
    return { type, shape, data: strings };
  }
  const outside = integer(message, 'dataLocation') !== 0 || list(message, 'externalData').length > 0;
  const raw = outside ? readExternal(message, where, external) : (message.rawData as Uint8Array | undefined);
  if (raw) {
    if (raw.length !== size * dataTypes[type].array!.BYTES_PER_ELEMENT) throw wrongLength(raw.length, 'bytes');
    const result = zeros(type, shape);
    bytesOf(result).set(raw);
    return result;
  }
  const values = list<number | bigint>(message, typedField(type));
  if (values.length !== size) throw wrongLength(values.length, 'values');
  const result = zeros(type, shape);
  const big = result.data instanceof BigInt64Array || result.data instanceof BigUint64Array;
  const data = result.data as unknown as (number | bigint)[];
  for (let i = 0; i < size; i++) data[i] = big ? BigInt(values[i]) : Number(values[i]);
  return result;
}

/** What a branch or body that is never run says of its values must not keep a file from being read. */
function readInnerInfo(message: WireMessage): ValueInfo {
  if (part(part(message, 'type') ?? {}, 'tensorType')) return readValueInfo(message);
  return { name: text(message, 'name'), type: 'float', tensor: false };
}

function readValueInfo(message: WireMessage): ValueInfo {
  const name = text(message, 'name');
  const tensorType = part(part(message, 'type') ?? {}, 'tensorType');
  if (!tensorType) throw new AtelierError('unsupported_type', `value "${name}" is not a tensor`);
  const type = dataTypeOfCode(integer(tensorType, 'elemType'), `value "${name}"`);
  const shapeMessage = part(tensorType, 'shape');
  if (!shapeMessage) return { name, type };
  const shape = parts(shapeMessage, 'dim').map((dim, axis): Dim => {
    // Neither a size nor a name: unknown, and equal to no other unknown size.
    if (dim.value === undefined) return text(dim, 'param') || `${name}/dim${axis}`;
    if ((dim.value as number) < 0) return `${name}/dim${axis}`;
    return dim.value as number;
  });
  return { name, type, shape };
}

function readAttribute(message: WireMessage, where: string, source: Source): Attribute {
  if (text(message, 'refAttrName')) throw new AtelierError('unsupported_model', `${where}: attribute references`);
  switch (integer(message, 'type')) {
    case attributeCodes.float:
      return { kind: 'float', value: (message.f as number | undefined) ?? 0 };
    case attributeCodes.int:
      return { kind: 'int', value: integer(message, 'i') };
    case attributeCodes.string:
      return { kind: 'string', value: utf8.decode((message.s as Uint8Array | undefined) ?? new Uint8Array()) };
    case attributeCodes.tensor:
      return { kind: 'tensor', value: readTensor(part(message, 't') ?? {}, where, source) };
    case attributeCodes.graph:
      return { kind: 'graph', value: readGraph(part(message, 'g') ?? {}, source, readInnerInfo) };
    case attributeCodes.floats:
      return { kind: 'floats', value: list<number>(message, 'floats') };
    case attributeCodes.ints:
      return { kind: 'ints', value: list<number>(message, 'ints') };
    case attributeCodes.strings:
      return { kind: 'strings', value: list<Uint8Array>(message, 'strings').map((bytes) => utf8.decode(bytes)) };
    default:
      throw new AtelierError('unsupported_model', `${where}: attribute type ${integer(message, 'type')}`);
  }
}

function readNode(message: WireMessage, source: Source): Node {
  const op = text(message, 'opType');
  const outputs = list<string>(message, 'output');
  const name = text(message, 'name');
  const where = `${op} "${name || outputs[0]}"`;
  const attributes = parts(message, 'attribute').map(
    (entry) => [text(entry, 'name'), readAttribute(entry, `${where}: ${text(entry, 'name')}`, source)] as const,
  );
  // The domain's long name is allowed, and means the same.
  const domain = text(message, 'domain').replace(/^ai\.onnx$/, '');
  return {
    name,
    op,
    domain,
    inputs: list<string>(message, 'input'),
    outputs,
    attributes: Object.fromEntries(unique(attributes, `${where}: attribute`)) as Attributes,
  };
}

function readGraph(message: WireMessage, source: Source, readInfo = readValueInfo): Graph {
  if (parts(message, 'sparseInitializer').length > 0) {
    throw new AtelierError('unsupported_model', 'sparse initializers');
  }
  const initializers = unique(
    parts(message, 'initializer').map((entry) => {
      const name = text(entry, 'name');
      return [name, readTensor(entry, `initializer "${name}"`, source)] as const;
    }),
    'initializer',
  );
  const values = parts(message, 'valueInfo').flatMap((entry): (readonly [string, ValueType])[] => {
    // A sequence in between concerns nobody who does not ask for it.
    if (!part(part(entry, 'type') ?? {}, 'tensorType')) return [];
    const { name, type, shape } = readValueInfo(entry);
    return shape ? [[name, { type, shape }]] : [];
  });
  return {
    name: text(message, 'name'),
    // Before IR version 4 initializers had to be listed among the inputs, too.
    inputs: parts(message, 'input')
      .map(readInfo)
      .filter(({ name }) => !initializers.has(name)),
    outputs: parts(message, 'output').map(readInfo),
    initializers,
    nodes: source.functions.inlined(parts(message, 'node')).map((node) => readNode(node, source)),
    values: new Map(values),
  };
}

/**
 * Functions of the model's own are written out where they are used. `external`: gives the files that values are kept in.
 * Errors: invalid_model (damaged), unsupported_model, unsupported_type, external_data.
 */
export function readModel(bytes: Uint8Array, external?: ExternalData): Model {
  if (bytes.length > MAX_MODEL_BYTES) throw new AtelierError('invalid_model', 'the file is larger than 2 GB');
  const message = decode(bytes, modelProto);
  const graph = part(message, 'graph');
  if (!graph) throw new AtelierError('invalid_model', 'there is no ONNX graph in this file');
  const opsets = parts(message, 'opsetImport').map(
    (entry) => [text(entry, 'domain').replace(/^ai\.onnx$/, ''), integer(entry, 'version')] as const,
  );
  const metadata = parts(message, 'metadataProps').map((entry) => [text(entry, 'key'), text(entry, 'value')] as const);
  return {
    irVersion: integer(message, 'irVersion'),
    opsets: Object.fromEntries(unique(opsets, 'opset')),
    producer: text(message, 'producerName'),
    graph: readGraph(graph, { external, functions: new Functions(parts(message, 'functions'), opsets) }),
    metadata: Object.fromEntries(unique(metadata, 'metadata key')),
  };
}
