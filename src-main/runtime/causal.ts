import { fromFloat16 } from '../onnx/half.ts';
import { sizeOf } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import { dataOf, Session, valueOf, type SessionOptions, type SessionPort, type Value, type Values } from './session.ts';
import { unfit } from './unfit.ts';

/** What a model's own description adds, where its file leaves sizes open. */
export interface CacheSizes {
  heads: number;
  headSize: number;
}

/**
 * A causal language model as Hugging Face's Optimum exports it: `input_ids`, and where it has them `attention_mask`, `position_ids`,
 * `past_key_values.*` with `present.*`, `use_cache_branch` (decoders with and without past in one file), `num_logits_to_keep`. Rows are texts
 * of equal length that are written side by side. One without a cache sees the whole text anew for each token.
 */
export class Causal {
  /** Whether what was seen is kept for the next token. */
  readonly cached: boolean;
  readonly #session: Session;
  readonly #pasts: readonly SessionPort[];
  readonly #empty: (rows: number) => Values;
  /** By input name, of all rows. */
  #cache: Values = {};
  /** Of each row, where there is no cache. */
  #seen: number[][] = [];
  #fed = 0;
  #seenAll = new BigInt64Array(0);

  private constructor(session: Session, pasts: readonly SessionPort[], sizes: CacheSizes | null, cache: boolean) {
    this.#session = session;
    this.cached = cache && pasts.length > 0;
    this.#pasts = pasts;
    const shapes = pasts.map(({ name, type, shape }) => ({ name, type, tail: cacheShape(name, shape, sizes) }));
    this.#empty = (rows) =>
      Object.fromEntries(
        shapes.map(({ name, type, tail: [heads, size] }) => [
          name,
          valueOf(type, [rows, heads, 0, size], type === 'float16' ? new Uint16Array(0) : new Float32Array(0)),
        ]),
      );
  }

  /** `cache: false`: one with a cache works as if it had none. Errors: session_failed, unsupported_language_model. */
  static async open(
    model: Uint8Array | string,
    { cache = true, ...options }: SessionOptions & { cache?: boolean },
    sizes: CacheSizes | null = null,
  ): Promise<Causal> {
    const session = await Session.open(model, options);
    try {
      const outputs = new Set(session.outputs.map(({ name }) => name));
      const pasts = session.inputs.filter(({ name }) => isPast(name));
      const strange = session.inputs
        .filter(({ name }) => !isPast(name) && !plainInputs.has(name))
        .map(({ name }) => name);
      const missing = ['logits', ...pasts.map(({ name }) => presentOf(name))].filter((name) => !outputs.has(name));
      if (strange.length + missing.length > 0 || !session.inputs.some(({ name }) => name === 'input_ids')) {
        throw new AtelierError(
          'unsupported_language_model',
          `The ONNX model is no causal language model as Optimum exports them: ${
            strange.length > 0
              ? `it has the inputs ${strange.slice(0, 5).join(', ')}`
              : missing.length > 0
                ? `it lacks the outputs ${missing.slice(0, 5).join(', ')}`
                : 'it has no input "input_ids"'
          }.`,
        );
      }
      return new Causal(session, pasts, sizes, cache);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Tokens of each row that it has seen since it was reset. */
  get fed(): number {
    return this.#fed;
  }

  reset(): void {
    this.#cache = {};
    this.#seen = [];
    this.#fed = 0;
  }

  /**
   * Logits after the last of these tokens, which come after those fed before: one row of the vocabulary's size for each row. All rows have
   * equally many tokens, as many rows as before. `every`: after each of them, in order.
   */
  async feed(rows: readonly ArrayLike<number>[], every = false): Promise<Float32Array[]> {
    const fresh = rows[0].length;
    const from = this.cached ? this.#fed : 0;
    if (!this.cached) this.#seen = rows.map((row, i) => [...(this.#seen[i] ?? []), ...Array.from(row)]);
    const tokens = this.cached ? rows : this.#seen;
    const length = tokens[0].length;
    const ints = (data: BigInt64Array): Value => valueOf('int64', [rows.length, data.length / rows.length], data);
    const offered: Record<string, () => Value> = {
      input_ids: () => ints(wide(tokens, length)),
      attention_mask: () => ints(this.#ones(rows.length * (from + length))),
      position_ids: () => ints(places(rows.length, from, length)),
      use_cache_branch: () => valueOf('bool', [1], Uint8Array.of(from > 0 ? 1 : 0)),
      num_logits_to_keep: () => valueOf('int64', [], BigInt64Array.of(every ? 0n : 1n)),
    };
    const feeds: Values = this.cached && this.#fed > 0 ? { ...this.#cache } : this.#empty(rows.length);
    for (const { name } of this.#session.inputs) if (!isPast(name)) feeds[name] = offered[name]();
    const { logits, ...present } = await this.#session.run(feeds).catch((error: unknown) => {
      throw unfit(error, from + length);
    });
    if (this.cached) {
      // Where both branches are in one file, that without past may leave the encoder's part empty; a causal one has none.
      this.#cache = Object.fromEntries(this.#pasts.map(({ name }) => [name, present[presentOf(name)]]));
    }
    this.#fed += fresh;
    return rowsOf(logits, rows.length, every ? fresh : 1);
  }

  /** Of all places every one is seen. One array is enough for all calls: nothing writes to it. */
  #ones(count: number): BigInt64Array {
    if (this.#seenAll.length < count) this.#seenAll = new BigInt64Array(2 * count).fill(1n);
    return this.#seenAll.subarray(0, count);
  }

  /** Goes on with these rows, in this order; a row may be there several times. */
  keep(rows: readonly number[]): void {
    this.#seen = rows.flatMap((row) => (this.#seen[row] ? [[...this.#seen[row]]] : []));
    this.#cache = Object.fromEntries(Object.entries(this.#cache).map(([name, value]) => [name, picked(value, rows)]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Row after row. */
function wide(rows: readonly ArrayLike<number>[], length: number): BigInt64Array {
  const data = new BigInt64Array(rows.length * length);
  rows.forEach((row, at) => {
    for (let i = 0; i < length; i++) data[at * length + i] = BigInt(row[i]);
  });
  return data;
}

/** The same in each row. */
function places(rows: number, from: number, length: number): BigInt64Array {
  const data = new BigInt64Array(rows * length);
  for (let i = 0; i < data.length; i++) data[i] = BigInt(from + (i % length));
  return data;
}

const plainInputs = new Set(['input_ids', 'attention_mask', 'position_ids', 'use_cache_branch', 'num_logits_to_keep']);
const isPast = (name: string): boolean => /^past_key_values\.\d+\.(?:key|value)$/.test(name);
const presentOf = (past: string): string => past.replace('past_key_values', 'present');

/** Heads, and the size of each. */
function cacheShape(name: string, shape: readonly (number | string)[], sizes: CacheSizes | null): [number, number] {
  const [heads, size] = [Number(shape[1]) || sizes?.heads, Number(shape[3]) || sizes?.headSize];
  if (shape.length === 4 && heads && size && heads > 0 && size > 0) return [heads, size];
  throw new AtelierError(
    'unsupported_language_model',
    `The size of the model's cache "${name}" is not known: its file leaves it open, and there is no config.json that says it (num_key_value_heads, head_dim). Put config.json beside the model.`,
  );
}

/** The last places' logits of each row, one after another. */
function rowsOf(logits: Value, rows: number, places: number): Float32Array[] {
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

function picked(value: Value, rows: readonly number[]): Value {
  const [count, ...rest] = value.dims;
  if (rows.length === count && rows.every((row, i) => row === i)) return value;
  const data = dataOf(value) as Float32Array | Uint16Array;
  const size = sizeOf(rest);
  const next = new (data.constructor as new (length: number) => typeof data)(rows.length * size);
  rows.forEach((row, i) => next.set(data.subarray(row * size, (row + 1) * size) as never, i * size));
  return valueOf(value.type === 'float16' ? 'float16' : 'float', [rows.length, ...rest], next);
}
