import { AtelierError } from '../shared/errors.ts';
import { AllSeen, emptyCache, picked, rowsOf, tokensOf, type CacheSizes, type NextToken } from './next-token.ts';
import { Session, valueOf, type SessionOptions, type SessionPort, type Value, type Values } from './session.ts';
import { unfit } from './unfit.ts';

/** The files of a sequence-to-sequence model, each as its bytes or its path; they are asked for one after another. */
export interface Seq2SeqFiles {
  encoder(): Uint8Array | string;
  decoder(): Uint8Array | string;
  /** Where the decoder that goes on is a file of its own. */
  withPast: (() => Uint8Array | string) | null;
}

interface Source {
  length: number;
  hidden: Value;
}

interface Nets {
  encoder: Session;
  /** Of the first tokens. */
  decoder: Session;
  /** Of the later ones; the same where both branches are in one file; null where nothing is kept. */
  later: Session | null;
}

/**
 * A sequence-to-sequence model (T5, BART, Marian …) as Hugging Face's Optimum exports it: an encoder from `input_ids` and `attention_mask` to
 * `last_hidden_state`; a decoder from `input_ids`, `encoder_hidden_states` and `encoder_attention_mask` to `logits` and `present.*`; and a second one,
 * which goes on from `past_key_values.*`, in a file of its own or in the same (`use_cache_branch`). The source is read once: what the decoder's
 * cross-attention made of it (`present.N.encoder.*`) is computed with the first token and only passed on after that.
 */
export class Seq2Seq implements NextToken {
  readonly cached: boolean;
  readonly #nets: Nets;
  readonly #pasts: readonly SessionPort[];
  readonly #sizes: CacheSizes | null;
  readonly #mask = new AllSeen();
  /** Of the source, for one row. */
  #source: Source | null = null;
  /** The cross-attention's part of the cache, for one row. */
  #cross: Values = {};
  /** What all rows have alike, for as many as there are. */
  #alike: { rows: number; values: Values } = { rows: 0, values: {} };
  /** The rest of the cache, of all rows. */
  #own: Values = {};
  /** Of each row, where there is no cache. */
  #seen: number[][] = [];
  #fed = 0;

  private constructor(nets: Nets, sizes: CacheSizes | null) {
    this.#nets = nets;
    this.cached = nets.later !== null;
    this.#pasts = (nets.later ?? nets.decoder).inputs.filter(({ name }) => isPast(name));
    this.#sizes = sizes;
    if (isMerged(nets.decoder)) this.#pasts.forEach((port) => emptyCache(port, sizes, 1));
  }

  /**
   * Errors: session_failed, unsupported_language_model.
   * @param cache false: it works as if nothing were kept
   */
  static async open(
    files: Seq2SeqFiles,
    { cache = true, ...options }: SessionOptions & { cache?: boolean },
    sizes: CacheSizes | null = null,
  ): Promise<Seq2Seq> {
    const opened: Session[] = [];
    const open = async (model: Uint8Array | string): Promise<Session> => {
      const session = await Session.open(model, options);
      opened.push(session);
      return session;
    };
    try {
      const encoder = await open(files.encoder());
      const decoder = await open(files.decoder());
      const merged = isMerged(decoder);
      const later = !cache ? null : merged ? decoder : files.withPast ? await open(files.withPast()) : null;
      const wrong = complaint({ encoder, decoder, later });
      if (wrong === null) return new Seq2Seq({ encoder, decoder, later }, sizes);
      throw new AtelierError(
        'unsupported_language_model',
        `The ONNX files are no sequence-to-sequence model as Optimum exports them: ${wrong}.`,
      );
    } catch (error) {
      await Promise.all(opened.map((session) => session.close()));
      throw error;
    }
  }

  /** Reads the text that the next ones are made of, and begins them. Errors: broken_model, run_failed. */
  async read(source: ArrayLike<number>): Promise<void> {
    const offered: Record<string, () => Value> = {
      input_ids: () => tokensOf([source]),
      attention_mask: () => this.#mask.of(1, source.length),
    };
    const { encoder } = this.#nets;
    const feeds = Object.fromEntries(encoder.inputs.map(({ name }) => [name, offered[name]()]));
    const { last_hidden_state: hidden } = await encoder.run(feeds).catch((error: unknown) => {
      throw unfit(error, source.length);
    });
    this.#source = { length: source.length, hidden };
    this.#cross = {};
    this.#alike = { rows: 0, values: {} };
    this.reset();
  }

  reset(): void {
    this.#own = {};
    this.#seen = [];
    this.#fed = 0;
  }

  async feed(rows: readonly ArrayLike<number>[], every = false): Promise<Float32Array[]> {
    const fresh = rows[0].length;
    const goesOn = this.cached && this.#fed > 0;
    if (!this.cached) this.#seen = rows.map((row, i) => [...(this.#seen[i] ?? []), ...Array.from(row)]);
    const session = goesOn ? this.#nets.later! : this.#nets.decoder;
    const tokens = this.cached ? rows : this.#seen;
    const length = (goesOn ? this.#fed : 0) + tokens[0].length;
    const { logits, ...present } = await session
      .run(this.#feeds(session, tokens, length, goesOn))
      .catch((error: unknown) => {
        throw unfit(error, length);
      });
    if (this.cached) {
      if (!goesOn) this.#cross = this.#presents(present, isCross, (value) => picked(value, [0]));
      // The branch that goes on gives its cross-attention's part back empty, or not at all.
      this.#own = this.#presents(present, (name) => !isCross(name));
      if (!goesOn) this.#alike.rows = 0;
    }
    this.#fed += fresh;
    return rowsOf(logits, rows.length, every ? fresh : 1);
  }

  keep(rows: readonly number[]): void {
    this.#seen = rows.flatMap((row) => (this.#seen[row] ? [[...this.#seen[row]]] : []));
    this.#own = Object.fromEntries(Object.entries(this.#own).map(([name, value]) => [name, picked(value, rows)]));
  }

  async close(): Promise<void> {
    const { encoder, decoder, later } = this.#nets;
    await Promise.all([encoder, decoder, later].map((session) => session?.close()));
  }

  #feeds(session: Session, tokens: readonly ArrayLike<number>[], length: number, goesOn: boolean): Values {
    const rows = tokens.length;
    const { hidden, length: sourceLength } = this.#sourceRead();
    if (this.#alike.rows !== rows) {
      const all = new Array<number>(rows).fill(0);
      const values = { encoder_hidden_states: hidden, ...this.#cross };
      this.#alike = { rows, values: mapped(values, (value) => picked(value, all)) };
    }
    const offered: Record<string, () => Value> = {
      input_ids: () => tokensOf(tokens),
      encoder_attention_mask: () => this.#mask.of(rows, sourceLength),
      decoder_attention_mask: () => this.#mask.of(rows, length),
      use_cache_branch: () => valueOf('bool', [1], Uint8Array.of(goesOn ? 1 : 0)),
    };
    return Object.fromEntries(
      session.inputs.map((port) => {
        const { name } = port;
        if (name in offered) return [name, offered[name]()];
        if (!isPast(name)) return [name, this.#alike.values[name]];
        if (!goesOn) return [name, emptyCache(port, this.#sizes, rows)];
        return [name, isCross(name) ? this.#alike.values[name] : this.#own[name]];
      }),
    );
  }

  #sourceRead(): Source {
    if (this.#source) return this.#source;
    throw new AtelierError('internal', 'A sequence-to-sequence model writes before it has read.');
  }

  #presents(present: Values, which: (past: string) => boolean, of: (value: Value) => Value = (value) => value): Values {
    const names = this.#pasts.map(({ name }) => name).filter(which);
    return Object.fromEntries(names.map((name) => [name, of(present[presentOf(name)])]));
  }
}

const mapped = (values: Values, of: (value: Value) => Value): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));

const isPast = (name: string): boolean => /^past_key_values\.\d+\.(?:decoder|encoder)\.(?:key|value)$/.test(name);
const isCross = (past: string): boolean => past.includes('.encoder.');
const presentOf = (past: string): string => past.replace('past_key_values', 'present');
const isMerged = ({ inputs }: Session): boolean => inputs.some(({ name }) => name === 'use_cache_branch');

const encoderInputs = new Set(['input_ids', 'attention_mask']);
const decoderInputs = new Set([
  'input_ids',
  'encoder_hidden_states',
  'encoder_attention_mask',
  'decoder_attention_mask',
  'use_cache_branch',
]);

function complaint({ encoder, decoder, later }: Nets): string | null {
  const first = isMerged(decoder);
  const pasts = (later ?? decoder).inputs.filter(({ name }) => isPast(name)).map(({ name }) => name);
  const own = pasts.filter((name) => !isCross(name));
  const [hidden] = encoder.outputs.filter(({ name }) => name === 'last_hidden_state');
  const wanted = decoder.inputs.find(({ name }) => name === 'encoder_hidden_states');
  return (
    strange('the encoder', encoder, (name) => encoderInputs.has(name)) ??
    lacking('the encoder', encoder, ['input_ids'], ['last_hidden_state']) ??
    strange('the decoder', decoder, (name) => decoderInputs.has(name) || (first && isPast(name))) ??
    lacking('the decoder', decoder, ['input_ids'], ['logits', ...(later ? pasts.map(presentOf) : [])]) ??
    (wanted && wanted.type !== hidden.type
      ? `the encoder gives numbers of type ${hidden.type}, and the decoder wants ${wanted.type}: take both in the same precision`
      : null) ??
    (later && later !== decoder
      ? (strange('the decoder with past', later, (name) => decoderInputs.has(name) || isPast(name)) ??
        lacking('the decoder with past', later, ['input_ids'], ['logits', ...own.map(presentOf)]) ??
        (own.length === 0 ? 'the decoder with past has no inputs past_key_values' : null))
      : null)
  );
}

function strange(net: string, { inputs }: Session, known: (name: string) => boolean): string | null {
  const names = inputs.map(({ name }) => name).filter((name) => !known(name));
  return names.length > 0 ? `${net} has the inputs ${names.slice(0, 5).join(', ')}` : null;
}

function lacking(net: string, session: Session, inputs: string[], outputs: string[]): string | null {
  const has = (ports: readonly SessionPort[]) => (name: string) => ports.some((port) => port.name === name);
  const missing = [
    ...inputs.filter((name) => !has(session.inputs)(name)),
    ...outputs.filter((name) => !has(session.outputs)(name)),
  ];
  return missing.length > 0 ? `${net} lacks ${missing.slice(0, 5).join(', ')}` : null;
}
