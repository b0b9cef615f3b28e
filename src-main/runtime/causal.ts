import { AtelierError } from '../shared/errors.ts';
import { AllSeen, emptyCache, picked, rowsOf, tokensOf, type CacheSizes, type NextToken } from './next-token.ts';
import { Session, valueOf, type SessionOptions, type SessionPort, type Value, type Values } from './session.ts';
import { unfit } from './unfit.ts';

/** A model's bytes or its path, asked for when it is opened. */
type File = () => Uint8Array | string;

interface Nets {
  /** Of the first tokens. */
  first: Session;
  /** Of the later ones; the same where both are in one file. */
  later: Session;
}

export interface CausalOptions {
  sizes?: CacheSizes | null;
  /** The decoder that goes on, where it is a file of its own. */
  withPast?: File | null;
}

/**
 * A causal language model as Hugging Face's Optimum exports it: `input_ids`, and where it has them `attention_mask`, `position_ids`,
 * `past_key_values.*` with `present.*`, `use_cache_branch` (decoders with and without past in one file), `num_logits_to_keep`; or both decoders in
 * files of their own. Rows are texts of equal length that are written side by side. One without a cache sees the whole text anew for each token.
 */
export class Causal implements NextToken {
  readonly cached: boolean;
  readonly #nets: Nets;
  readonly #pasts: readonly SessionPort[];
  readonly #sizes: CacheSizes | null;
  /** Tokens of a row that the decoder that goes on takes at once. */
  readonly #most: number;
  /** By input name, of all rows. */
  #cache: Values = {};
  /** Of each row, where there is no cache. */
  #seen: number[][] = [];
  #fed = 0;
  readonly #mask = new AllSeen();

  private constructor(nets: Nets, sizes: CacheSizes | null, cache: boolean) {
    const { first, later } = nets;
    this.#nets = nets;
    this.#pasts = later.inputs.filter(({ name }) => isPast(name));
    this.cached = cache && this.#pasts.length > 0;
    this.#sizes = sizes;
    const ids = later.inputs.find(({ name }) => name === 'input_ids')!;
    this.#most = ids.shape[1] === 1 && later !== first ? 1 : Infinity;
    // What is wrong with it is said now.
    for (const port of first.inputs) if (isPast(port.name)) emptyCache(port, sizes, 1);
  }

  /** `cache: false`: one with a cache works as if it had none. Errors: session_failed, unsupported_language_model. */
  static async open(
    model: Uint8Array | string,
    { cache = true, ...options }: SessionOptions & { cache?: boolean },
    { sizes = null, withPast = null }: CausalOptions = {},
  ): Promise<Causal> {
    const opened: Session[] = [];
    const open = async (file: Uint8Array | string): Promise<Session> => {
      const session = await Session.open(file, options);
      opened.push(session);
      return session;
    };
    try {
      const first = await open(model);
      const nets = { first, later: withPast && cache ? await open(withPast()) : first };
      const wrong = complaint(nets);
      if (wrong === null) return new Causal(nets, sizes, cache);
      throw new AtelierError(
        'unsupported_language_model',
        `The ONNX model is no causal language model as Optimum exports them: ${wrong}.`,
      );
    } catch (error) {
      await Promise.all(opened.map((session) => session.close()));
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
    if (!this.cached || this.#fed === 0 || fresh <= this.#most) return this.#feed(rows, every);
    const found: Float32Array[][] = [];
    for (let at = 0; at < fresh; at++) found.push(await this.#feed(rows.map((row) => [row[at]])));
    return every ? rows.flatMap((_, i) => found.map((each) => each[i])) : found[fresh - 1];
  }

  async #feed(rows: readonly ArrayLike<number>[], every = false): Promise<Float32Array[]> {
    const fresh = rows[0].length;
    const goesOn = this.cached && this.#fed > 0;
    const from = goesOn ? this.#fed : 0;
    if (!this.cached) this.#seen = rows.map((row, i) => [...(this.#seen[i] ?? []), ...Array.from(row)]);
    const tokens = this.cached ? rows : this.#seen;
    const length = tokens[0].length;
    const offered: Record<string, () => Value> = {
      input_ids: () => tokensOf(tokens),
      attention_mask: () => this.#mask.of(rows.length, from + length),
      position_ids: () => places(rows.length, from, length),
      use_cache_branch: () => valueOf('bool', [1], Uint8Array.of(goesOn ? 1 : 0)),
      num_logits_to_keep: () => valueOf('int64', [], BigInt64Array.of(every ? 0n : 1n)),
    };
    const session = goesOn ? this.#nets.later : this.#nets.first;
    const feeds: Values = {};
    for (const port of session.inputs) {
      const { name } = port;
      if (!isPast(name)) feeds[name] = offered[name]();
      else feeds[name] = goesOn ? this.#cache[name] : emptyCache(port, this.#sizes, rows.length);
    }
    const { logits, ...present } = await session.run(feeds).catch((error: unknown) => {
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

  async close(): Promise<void> {
    await Promise.all([...new Set(Object.values(this.#nets) as Session[])].map((session) => session.close()));
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

/** What such a model cannot have, or lacks; null where it has all. */
function complaint({ first, later }: Nets): string | null {
  const pasts = later.inputs.map(({ name }) => name).filter(isPast);
  if (first !== later && pasts.length === 0) return 'the decoder with past has no inputs past_key_values';
  for (const net of new Set([first, later])) {
    const its = first === later ? 'it' : net === first ? 'the decoder' : 'the decoder with past';
    const strange = net.inputs.filter(({ name }) => !plainInputs.has(name) && !(net === later && isPast(name)));
    if (strange.length > 0) return `${its} has the inputs ${listed(strange.map(({ name }) => name))}`;
    const outputs = new Set(net.outputs.map(({ name }) => name));
    const missing = ['logits', ...pasts.map(presentOf)].filter((name) => !outputs.has(name));
    if (missing.length > 0) return `${its} lacks the outputs ${listed(missing)}`;
    if (!net.inputs.some(({ name }) => name === 'input_ids')) return `${its} has no input "input_ids"`;
  }
  return null;
}

const listed = (names: readonly string[]): string => names.slice(0, 5).join(', ');
