import type { TensorMessage } from './event-proto.ts';

/** tensorflow/core/framework/types.proto. */
const dtypes = {
  float: 1,
  double: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
} as const;

/** A tensor's one number; undefined where it has more, or none, or is of words. */
export function scalarOf(tensor: TensorMessage): number | undefined {
  const dims = tensor.shape?.dims ?? [];
  // A size that is not told is 0 in protobuf.
  if (dims.some(({ size = 0 }) => size !== 1)) return undefined;
  const { content } = tensor;
  if (content && content.length > 0) return fromBytes(content, tensor.dtype);
  switch (tensor.dtype) {
    case dtypes.float:
      return tensor.floats?.[0] ?? 0;
    case dtypes.double:
      return tensor.doubles?.[0] ?? 0;
    case dtypes.int64:
      return Number(tensor.longs?.[0] ?? 0);
    case dtypes.bool:
      return tensor.bools?.[0] ? 1 : 0;
    case dtypes.int32:
    case dtypes.uint8:
    case dtypes.int16:
    case dtypes.int8:
      return tensor.ints?.[0] ?? 0;
    case dtypes.half:
      return fromHalf(tensor.halves?.[0] ?? 0);
    case dtypes.bfloat16:
      return fromBfloat16(tensor.halves?.[0] ?? 0);
    default:
      return undefined;
  }
}

function fromBytes(content: Uint8Array, dtype: number | undefined): number | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const sized = (size: number, read: () => number) => (content.length === size ? read() : undefined);
  switch (dtype) {
    case dtypes.float:
      return sized(4, () => view.getFloat32(0, true));
    case dtypes.double:
      return sized(8, () => view.getFloat64(0, true));
    case dtypes.int32:
      return sized(4, () => view.getInt32(0, true));
    case dtypes.int64:
      return sized(8, () => Number(view.getBigInt64(0, true)));
    case dtypes.int16:
      return sized(2, () => view.getInt16(0, true));
    case dtypes.uint8:
    case dtypes.bool:
      return sized(1, () => view.getUint8(0));
    case dtypes.int8:
      return sized(1, () => view.getInt8(0));
    case dtypes.half:
      return sized(2, () => fromHalf(view.getUint16(0, true)));
    case dtypes.bfloat16:
      return sized(2, () => fromBfloat16(view.getUint16(0, true)));
    default:
      return undefined;
  }
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The upper half of a binary32. */
function fromBfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
