import { fromFloat16 } from '../onnx/half.ts';
import { sizeOf } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import { dataOf, valueOf, type SessionPort, type Value } from './session.ts';

/** A model that says which token comes next, in texts of equal length that are written side by side. */
export interface NextToken {
  /** Whether what was seen is kept for the next token. */
  readonly cached: boolean;
  /** To the beginning of the texts. */
  reset(): void;
  /**
   * Logits after the last of these tokens, which come after those fed before: one row of the vocabulary's size for each row. All rows have
   * equally many tokens, as many rows as before. `every`: after each of them, in order.
   */
  feed(rows: readonly ArrayLike<number>[], every?: boolean): Promise<Float32Array[]>;
  /** Goes on with these rows, in this order; a row may be there several times. */
  keep(rows: readonly number[]): void;
  close(): Promise<void>;
}

/** What a model's own description adds, where its file leaves sizes open. */
export interface CacheSizes {
  heads: number;
  headSize: number;
}

/** int64, rows × length: row after row. */
export function tokensOf(rows: readonly ArrayLike<number>[]): Value {
  const { length } = rows[0];
  const data = new BigInt64Array(rows.length * length);
  rows.forEach((row, at) => {
    for (let i = 0; i < length; i++) data[at * length + i] = BigInt(row[i]);
  });
  return valueOf('int64', [rows.length, length], data);
}

/** Masks under which every place is seen. One array is enough for all calls: nothing writes to it. */
export class AllSeen {
  #data = new BigInt64Array(0);

  /** int64, rows × length. */
  of(rows: number, length: number): Value {
    const count = rows * length;
    if (this.#data.length < count) this.#data = new BigInt64Array(2 * count).fill(1n);
    return valueOf('int64', [rows, length], this.#data.subarray(0, count));
  }
}

/** One value of a cache in which nothing is yet: rows × heads × 0 × size of a head. */
export function emptyCache({ name, type, shape }: SessionPort, sizes: CacheSizes | null, rows: number): Value {
  const [heads, size] = cacheShape(name, shape, sizes);
  return valueOf(type, [rows, heads, 0, size], type === 'float16' ? new Uint16Array(0) : new Float32Array(0));
}

/** Heads, and the size of each. Throws `unsupported_language_model`. */
function cacheShape(name: string, shape: readonly (number | string)[], sizes: CacheSizes | null): [number, number] {
  const [heads, size] = [Number(shape[1]) || sizes?.heads, Number(shape[3]) || sizes?.headSize];
  if (shape.length === 4 && heads && size && heads > 0 && size > 0) return [heads, size];
  throw new AtelierError(
    'unsupported_language_model',
    `The size of the model's cache "${name}" is not known: its file leaves it open, and there is no config.json that says it (num_key_value_heads, head_dim). Put config.json beside the model.`,
  );
}

/** The last places' logits of each row, one after another. */
export function rowsOf(logits: Value, rows: number, places: number): Float32Array[] {
  const data = logits.type === 'float16' ? widened(dataOf(logits) as Uint16Array) : (dataOf(logits) as Float32Array);
  const [, length, width] = logits.dims;
  if (sizeOf(logits.dims) !== data.length || logits.dims.length !== 3 || logits.dims[0] !== rows || length < places) {
    throw new AtelierError('unsupported_language_model', `The model's logits have the shape ${logits.dims.join('×')}.`);
  }
  return Array.from({ length: rows * places }, (_, i) => {
    const place = Math.floor(i / places) * length + (length - places) + (i % places);
    return data.subarray(place * width, (place + 1) * width);
  });
}

const widened = (bits: ArrayLike<number>): Float32Array => Float32Array.from(bits, fromFloat16);

/** Rows of a value, whose first axis they are, in this order. */
export function picked(value: Value, rows: readonly number[]): Value {
  const [count, ...rest] = value.dims;
  if (rows.length === count && rows.every((row, i) => row === i)) return value;
  const data = dataOf(value) as Float32Array | Uint16Array;
  const size = sizeOf(rest);
  const next = new (data.constructor as new (length: number) => typeof data)(rows.length * size);
  rows.forEach((row, i) => next.set(data.subarray(row * size, (row + 1) * size) as never, i * size));
  return valueOf(value.type === 'float16' ? 'float16' : 'float', [rows.length, ...rest], next);
}
