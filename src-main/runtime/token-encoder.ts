import { fromFloat16 } from '../onnx/half.ts';
import { sizeOf } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import { dataOf, Session, valueOf, type SessionOptions, type SessionPort, type Value, type Values } from './session.ts';
import { unfit } from './unfit.ts';

/** A text as an encoder takes it. */
export interface TokenRow {
  tokens: ArrayLike<number>;
  /** Of each token, which of two texts it is of: 0 or 1. All of the first where left out. */
  segments?: ArrayLike<number>;
}

export interface EncoderOutput {
  /** By its name in the file. */
  name: string;
  /** Rows × …, as `dims` says. */
  data: Float32Array;
  dims: readonly number[];
}

/**
 * An encoder (BERT, DistilBERT, RoBERTa …) as Hugging Face's Optimum exports it: whole-number `input_ids` [batch, sequence_length] and, where
 * it has them, `attention_mask` (0: filling) and `token_type_ids` of the same shape.
 */
export class TokenEncoder {
  /** Places that it always sees, where its file fixes them: shorter texts are filled up, longer ones refused. */
  readonly length: number | null;
  /** Rows at a time at most. */
  readonly rows: number;
  readonly #session: Session;
  readonly #outputs: readonly string[];
  /** What fills up rows that are shorter than others. */
  readonly #pad: number;

  private constructor(session: Session, outputs: readonly string[], pad: number) {
    const [batch, length] = session.inputs.find(({ name }) => name === 'input_ids')!.shape;
    const masked = session.inputs.some(({ name }) => name === 'attention_mask');
    this.length = typeof length === 'number' && length > 0 ? length : null;
    this.rows = typeof batch === 'number' && batch > 0 ? 1 : masked ? 32 : 1;
    this.#session = session;
    this.#outputs = outputs;
    this.#pad = pad;
  }

  /**
   * Errors: session_failed, broken_model.
   * @param outputs what is wanted of it: the first of these that it has; or with `all` each of them
   * @param pad the token that fills up
   */
  static async open(
    model: Uint8Array | string,
    outputs: readonly string[],
    pad: number,
    { all = false, ...options }: SessionOptions & { all?: boolean },
  ): Promise<TokenEncoder> {
    const session = await Session.open(model, options);
    const had = outputs.filter((name) => session.outputs.some((one) => one.name === name && isFloat(one)));
    const missing = all ? outputs.filter((name) => !had.includes(name)).slice(0, 1) : had.length === 0 ? outputs : [];
    const wrong = complaint(session.inputs) ?? (missing.length > 0 ? lacking(missing, session.outputs) : null);
    if (wrong === null) return new TokenEncoder(session, all ? had : had.slice(0, 1), pad);
    await session.close();
    throw new AtelierError('broken_model', `The ONNX model is no encoder as Optimum exports them: ${wrong}.`);
  }

  /**
   * What it says of each row, filled up to the longest. A row's own token that fills up is not looked at either.
   * Errors: broken_model, run_failed.
   */
  async run(rows: readonly TokenRow[]): Promise<EncoderOutput> {
    return (await this.runAll(rows))[0];
  }

  /** The same of each output that was wanted, in that order. */
  async runAll(rows: readonly TokenRow[]): Promise<EncoderOutput[]> {
    const longest = Math.max(...rows.map(({ tokens }) => tokens.length));
    const length = this.length ?? longest;
    if (longest > length) throw unfit(new AtelierError('run_failed', `Its file fixes ${length} places.`), longest);
    const offered: Record<string, (row: TokenRow, place: number) => number> = {
      input_ids: ({ tokens }, place) => (place < tokens.length ? tokens[place] : this.#pad),
      attention_mask: ({ tokens }, place) => Number(place < tokens.length && tokens[place] !== this.#pad),
      token_type_ids: ({ segments }, place) => segments?.[place] ?? 0,
    };
    const feeds: Values = {};
    for (const { name, type } of this.#session.inputs) {
      const at = (i: number) => offered[name](rows[Math.floor(i / length)], i % length);
      const size = { length: rows.length * length };
      const data =
        type === 'int32' ? Int32Array.from(size, (_, i) => at(i)) : BigInt64Array.from(size, (_, i) => BigInt(at(i)));
      feeds[name] = valueOf(type, [rows.length, length], data);
    }
    const told = await this.#session.run(feeds).catch((error: unknown) => {
      throw unfit(error, longest);
    });
    return this.#outputs.map((name) => ({ name, ...widened(told[name]) }));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

const plainInputs = new Set(['input_ids', 'attention_mask', 'token_type_ids']);
const isFloat = ({ type }: SessionPort): boolean => type === 'float' || type === 'float16';

function complaint(inputs: readonly SessionPort[]): string | null {
  const strange = inputs.filter(({ name }) => !plainInputs.has(name)).map(({ name }) => name);
  if (strange.length > 0) return `it has the inputs ${strange.slice(0, 5).join(', ')}`;
  if (!inputs.some(({ name }) => name === 'input_ids')) return 'it has no input "input_ids"';
  const [, length] = inputs.find(({ name }) => name === 'input_ids')!.shape;
  if (typeof length === 'number' && !inputs.some(({ name }) => name === 'attention_mask'))
    return `it always sees ${length} tokens and has no "attention_mask" to tell filling by`;
  const odd = inputs.find(({ type, shape }) => shape.length !== 2 || (type !== 'int64' && type !== 'int32'));
  return odd ? `its input "${odd.name}" is ${odd.type}[${odd.shape.join(', ')}]` : null;
}

const lacking = (wanted: readonly string[], outputs: readonly SessionPort[]): string =>
  `it has no output ${wanted.map((name) => `"${name}"`).join(' or ')}, but ${outputs.map(({ name }) => `"${name}"`).join(', ')}`;

function widened(value: Value): { data: Float32Array; dims: readonly number[] } {
  const { dims } = value;
  const data =
    value.type === 'float16'
      ? Float32Array.from(dataOf(value) as Uint16Array, fromFloat16)
      : (dataOf(value) as Float32Array);
  if (sizeOf(dims) === data.length) return { data, dims };
  throw new AtelierError('broken_model', `What the model says has the shape ${dims.join('×')}.`);
}
