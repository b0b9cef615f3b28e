// onnx.proto (IR version 10) as descriptors: the messages and fields that Atelier reads and writes. Others are skipped.

import { message } from './descriptor.ts';
import type { Descriptor } from './wire.ts';

const stringEntry = message('StringStringEntryProto', () => ({ 1: ['key', 'string'], 2: ['value', 'string'] }));

const tensorProto = message('TensorProto', () => ({
  1: ['dims', 'int', 'repeated'],
  2: ['dataType', 'int'],
  4: ['floatData', 'float', 'repeated'],
  5: ['int32Data', 'int', 'repeated'],
  6: ['stringData', 'bytes', 'repeated'],
  7: ['int64Data', 'bigint', 'repeated'],
  8: ['name', 'string'],
  9: ['rawData', 'bytes'],
  10: ['doubleData', 'double', 'repeated'],
  11: ['uint64Data', 'bigint', 'repeated'],
  13: ['externalData', stringEntry, 'repeated'],
  14: ['dataLocation', 'int'],
}));

const dimension = message('TensorShapeProto.Dimension', () => ({ 1: ['value', 'int'], 2: ['param', 'string'] }));
const tensorShape = message('TensorShapeProto', () => ({ 1: ['dim', dimension, 'repeated'] }));
const tensorType = message('TypeProto.Tensor', () => ({ 1: ['elemType', 'int'], 2: ['shape', tensorShape] }));
const typeProto = message('TypeProto', () => ({ 1: ['tensorType', tensorType] }));

const valueInfo = message('ValueInfoProto', () => ({ 1: ['name', 'string'], 2: ['type', typeProto] }));

const attribute: Descriptor = message('AttributeProto', () => ({
  1: ['name', 'string'],
  2: ['f', 'float'],
  3: ['i', 'int'],
  4: ['s', 'bytes'],
  5: ['t', tensorProto],
  6: ['g', graphProto],
  7: ['floats', 'float', 'repeated'],
  8: ['ints', 'int', 'repeated'],
  9: ['strings', 'bytes', 'repeated'],
  20: ['type', 'int'],
  21: ['refAttrName', 'string'],
}));

const nodeProto = message('NodeProto', () => ({
  1: ['input', 'string', 'repeated'],
  2: ['output', 'string', 'repeated'],
  3: ['name', 'string'],
  4: ['opType', 'string'],
  5: ['attribute', attribute, 'repeated'],
  7: ['domain', 'string'],
  8: ['overload', 'string'],
}));

const graphProto: Descriptor = message('GraphProto', () => ({
  1: ['node', nodeProto, 'repeated'],
  2: ['name', 'string'],
  5: ['initializer', tensorProto, 'repeated'],
  11: ['input', valueInfo, 'repeated'],
  12: ['output', valueInfo, 'repeated'],
  13: ['valueInfo', valueInfo, 'repeated'],
  15: ['sparseInitializer', message('SparseTensorProto', () => ({})), 'repeated'],
}));

const opsetId = message('OperatorSetIdProto', () => ({ 1: ['domain', 'string'], 2: ['version', 'int'] }));

const functionProto = message('FunctionProto', () => ({
  1: ['name', 'string'],
  4: ['input', 'string', 'repeated'],
  5: ['output', 'string', 'repeated'],
  6: ['attribute', 'string', 'repeated'],
  7: ['node', nodeProto, 'repeated'],
  9: ['opsetImport', opsetId, 'repeated'],
  10: ['domain', 'string'],
  11: ['attributeProto', attribute, 'repeated'],
  13: ['overload', 'string'],
}));

export const modelProto = message('ModelProto', () => ({
  1: ['irVersion', 'int'],
  2: ['producerName', 'string'],
  3: ['producerVersion', 'string'],
  7: ['graph', graphProto],
  8: ['opsetImport', opsetId, 'repeated'],
  14: ['metadataProps', stringEntry, 'repeated'],
  25: ['functions', functionProto, 'repeated'],
}));

/** AttributeProto.AttributeType ↔ our kinds. */
export const attributeCodes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
