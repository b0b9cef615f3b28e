// Making and reading the values inside tensors.

import { AtelierError } from '../shared/errors.ts';
import { fromFloat16, toFloat16 } from './half.ts';
import type { DataType, NumericArray, Tensor } from './types.ts';

type ArrayConstructor = {
  new (length: number): NumericArray;
  new (buffer: ArrayBuffer): NumericArray;
  readonly BYTES_PER_ELEMENT: number;
};

interface DataTypeFacts {
  /** TensorProto.DataType. */
  readonly code: number;
  readonly array: ArrayConstructor | null;
}

/** Every element type: its number in onnx.proto and the array that holds it (float16 and bfloat16 as raw bits). */
export const dataTypes: Readonly<Record<DataType, DataTypeFacts>> = {
  float: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int8: { code: 3, array: Int8Array },
  uint16: { code: 4, array: Uint16Array },
  int16: { code: 5, array: Int16Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  string: { code: 8, array: null },
  bool: { code: 9, array: Uint8Array },
  float16: { code: 10, array: Uint16Array },
  double: { code: 11, array: Float64Array },
  uint32: { code: 12, array: Uint32Array },
  uint64: { code: 13, array: BigUint64Array },
  bfloat16: { code: 16, array: Uint16Array },
};

const byCode = new Map<number, DataType>(
  Object.entries(dataTypes).map(([type, facts]) => [facts.code, type as DataType]),
);

export function dataTypeOfCode(code: number, where: string): DataType {
  const type = byCode.get(code);
  if (!type) throw new AtelierError('unsupported_type', `${where}: element type ${code}`);
  return type;
}

export const isFloatType = (type: DataType): boolean =>
  type === 'float' || type === 'double' || type === 'float16' || type === 'bfloat16';

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);

/** A tensor of zeros, to be filled through its `data`. */
export function zeros(type: DataType, shape: readonly number[]): Tensor & { readonly data: NumericArray } {
  const array = dataTypes[type].array;
  if (!array) throw new AtelierError('unsupported_type', `a tensor of zeros cannot be ${type}`);
  return { type, shape, data: new array(sizeOf(shape)) };
}

/** A tensor from plain numbers, to the nearest half where it is float16; integers above 2^53 need a BigInt64Array of their own. */
export function tensor(type: DataType, shape: readonly number[], values: ArrayLike<number>): Tensor {
  const result = zeros(type, shape);
  if (result.data.length !== values.length) {
    throw new AtelierError('invalid_tensor', `${values.length} values for shape [${shape.join(', ')}]`);
  }
  const { data } = result;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i]);
  } else {
    const stored = storedAs(type);
    for (let i = 0; i < values.length; i++) data[i] = stored(values[i]);
  }
  return result;
}

export const scalar = (type: DataType, value: number): Tensor => tensor(type, [], [value]);
export const int64s = (values: readonly number[]): Tensor => tensor('int64', [values.length], values);
export function filled(type: DataType, shape: readonly number[], value: number): Tensor {
  const result = zeros(type, shape);
  const { data } = result;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else if (value !== 0) data.fill(storedAs(type)(value));
  return result;
}

/** What an array holds for a number; bfloat16 is given as the bits that it is. */
const storedAs = (type: DataType): ((value: number) => number) => (type === 'float16' ? toFloat16 : (value) => value);

/** The values as numbers; int64 beyond 2^53 loses its last bits. */
export function numbersOf(value: Tensor): number[] {
  if (value.type === 'string' || value.type === 'bfloat16') {
    throw new AtelierError('unsupported_type', `a ${value.type} tensor cannot be read as numbers`);
  }
  if (value.type === 'float16') return Array.from(value.data as Uint16Array, fromFloat16);
  return Array.from(value.data as NumericArray, Number);
}

/** The value's bytes in ONNX's order (little-endian, as every platform Node runs on). */
export function bytesOf(value: Tensor): Uint8Array {
  const data = value.data as NumericArray;
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
