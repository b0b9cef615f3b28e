import { AtelierError } from '../shared/errors.ts';
import { AllSeen, emptyCache, picked, rowsOf, tokensOf, type CacheSizes, type NextToken } from './next-token.ts';
import { Session, valueOf, type SessionOptions, type SessionPort, type Value, type Values } from './session.ts';
import { unfit } from './unfit.ts';

/**
 * A causal language model as Hugging Face's Optimum exports it: `input_ids`, and where it has them `attention_mask`, `position_ids`,
 * `past_key_values.*` with `present.*`, `use_cache_branch` (decoders with and without past in one file), `num_logits_to_keep`. Rows are texts
 * of equal length that are written side by side. One without a cache sees the whole text anew for each token.
 */
export class Causal implements NextToken {
  readonly cached: boolean;
  readonly #session: Session;
  readonly #pasts: readonly SessionPort[];
  readonly #empty: (rows: number) => Values;
  /** By input name, of all rows. */
  #cache: Values = {};
  /** Of each row, where there is no cache. */
  #seen: number[][] = [];
  #fed = 0;
  readonly #mask = new AllSeen();

  private constructor(session: Session, pasts: readonly SessionPort[], sizes: CacheSizes | null, cache: boolean) {
    this.#session = session;
    this.cached = cache && pasts.length > 0;
    this.#pasts = pasts;
    this.#empty = (rows) => Object.fromEntries(pasts.map((port) => [port.name, emptyCache(port, sizes, rows)]));
    // What is wrong with it is said now.
    this.#empty(1);
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

  async feed(rows: readonly ArrayLike<number>[], every = false): Promise<Float32Array[]> {
    const fresh = rows[0].length;
    const from = this.cached ? this.#fed : 0;
    if (!this.cached) this.#seen = rows.map((row, i) => [...(this.#seen[i] ?? []), ...Array.from(row)]);
    const tokens = this.cached ? rows : this.#seen;
    const length = tokens[0].length;
    const offered: Record<string, () => Value> = {
      input_ids: () => tokensOf(tokens),
      attention_mask: () => this.#mask.of(rows.length, from + length),
      position_ids: () => places(rows.length, from, length),
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

  keep(rows: readonly number[]): void {
    this.#seen = rows.flatMap((row) => (this.#seen[row] ? [[...this.#seen[row]]] : []));
    this.#cache = Object.fromEntries(Object.entries(this.#cache).map(([name, value]) => [name, picked(value, rows)]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** The same in each row. */
function places(rows: number, from: number, length: number): Value {
  const data = new BigInt64Array(rows * length);
  for (let i = 0; i < data.length; i++) data[i] = BigInt(from + (i % length));
  return valueOf('int64', [rows, length], data);
}

const plainInputs = new Set(['input_ids', 'attention_mask', 'position_ids', 'use_cache_branch', 'num_logits_to_keep']);
const isPast = (name: string): boolean => /^past_key_values\.\d+\.(?:key|value)$/.test(name);
const presentOf = (past: string): string => past.replace('past_key_values', 'present');
