import { fromFloat16, toFloat16 } from '../../../onnx/half.ts';
import type { DataType, NumericArray } from '../../../onnx/types.ts';
import type { Output } from '../../../detection/found.ts';
import { valueOf, type Value, type Values } from '../../../runtime/session.ts';

/** What came out, as plain numbers; what is no tensor of numbers is left out. */
export function outputsOf(values: Values): Map<string, Output> {
  const found = new Map<string, Output>();
  for (const [name, value] of Object.entries(values)) {
    const data = numbersOf(value);
    if (data) found.set(name, { dims: value.dims, data, whole: /int|bool/.test(value.type) });
  }
  return found;
}

function numbersOf({ type, data, dims }: Value): ArrayLike<number> | null {
  if (!dims || type === 'string') return null;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  // Where JavaScript has no array for them they come as their bits.
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromFloat16);
  return data as ArrayLike<number>;
}

export const floatTypes: readonly DataType[] = ['float', 'float16'];

/** Numbers as a model takes them: of 32 bits, or of 16. */
export const floatsAs = (type: DataType, shape: readonly number[], data: Float32Array): Value =>
  type === 'float16'
    ? valueOf(type, shape, Uint16Array.from(data, toFloat16))
    : valueOf(type, shape, data as NumericArray);
