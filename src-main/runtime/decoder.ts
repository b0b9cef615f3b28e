import { sizeOf } from '../onnx/tensors.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Sampling } from '../shared/work/predict.ts';
import { Random, streams } from '../shared/random.ts';
import { dataOf, Session, valueOf, type SessionOptions, type Values } from './session.ts';

/** Text written token by token, by a decoder with the inputs and outputs of Hugging Face's Optimum (see `gptDecoder`). */

export class Decoder {
  readonly #session: Session;
  readonly #pasts: readonly { name: string; shape: readonly number[] }[];
  #cache: Values = {};
  #fed = 0;

  private constructor(session: Session) {
    this.#session = session;
    this.#pasts = session.inputs
      .filter(({ name }) => name.startsWith('past_key_values.'))
      .map(({ name, shape }) => ({ name, shape: [1, Number(shape[1]), 0, Number(shape[3])] }));
    this.reset();
  }

  /** Errors: session_failed, broken_model. */
  static async open(model: Uint8Array, options: SessionOptions): Promise<Decoder> {
    const session = await Session.open(model, options);
    const inputs = new Set(session.inputs.map(({ name }) => name));
    const outputs = new Set(session.outputs.map(({ name }) => name));
    const pasts = session.inputs.filter(({ name }) => name.startsWith('past_key_values.'));
    const whole =
      ['input_ids', 'attention_mask', 'position_ids'].every((name) => inputs.has(name)) &&
      inputs.size === pasts.length + 3 &&
      pasts.every(
        ({ name, shape }) => outputs.has(presentOf(name)) && [1, 3].every((axis) => Number(shape[axis]) > 0),
      ) &&
      outputs.has('logits');
    if (whole) return new Decoder(session);
    await session.close();
    throw new AtelierError('broken_model', 'The model is no decoder with a cache: its inputs or outputs differ.');
  }

  /** Tokens that it has seen since it was reset. */
  get fed(): number {
    return this.#fed;
  }

  /** Forgets what was fed. */
  reset(): void {
    this.#fed = 0;
    this.#cache = Object.fromEntries(
      this.#pasts.map(({ name, shape }) => [name, valueOf('float', shape, new Float32Array(sizeOf(shape)))]),
    );
  }

  /** Logits of what comes after each of these tokens, which come after those fed before: tokens × vocabulary. */
  async feed(tokens: ArrayLike<number>): Promise<Float32Array> {
    const count = tokens.length;
    const places = (length: number, value: (i: number) => number) =>
      valueOf(
        'int64',
        [1, length],
        BigInt64Array.from({ length }, (_, i) => BigInt(value(i))),
      );
    const { logits, ...present } = await this.#session.run({
      ...this.#cache,
      input_ids: places(count, (i) => tokens[i]),
      attention_mask: places(this.#fed + count, () => 1),
      position_ids: places(count, (i) => this.#fed + i),
    });
    this.#cache = Object.fromEntries(this.#pasts.map(({ name }) => [name, present[presentOf(name)]]));
    this.#fed += count;
    return dataOf(logits) as Float32Array;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

const presentOf = (past: string): string => past.replace('past_key_values', 'present');

/**
 * The tokens that follow these, `end` not among them. `length`: the most that the decoder sees; past it, it goes on with the later half of
 * what it saw. `pause` is awaited after each token.
 */
export async function continued(
  decoder: Decoder,
  prompt: readonly number[],
  { tokens: most, temperature, seed }: Sampling,
  { length, end, pause }: { length: number; end: number | null; pause?: () => Promise<void> },
): Promise<number[]> {
  const random = new Random(seed, streams.write);
  const all = [...prompt];
  const written: number[] = [];
  decoder.reset();
  let next = all.slice(-length);
  while (written.length < most) {
    const logits = await decoder.feed(next);
    const token = choose(logits.subarray((next.length - 1) * (logits.length / next.length)), temperature, random);
    if (token === end) break;
    written.push(token);
    all.push(token);
    next = [token];
    if (decoder.fed >= length) {
      decoder.reset();
      next = all.slice(-Math.max(1, Math.floor(length / 2)));
    }
    await pause?.();
  }
  return written;
}

/** One of the tokens, by its logits. */
function choose(logits: Float32Array, temperature: number, random: Random): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[best]) best = i;
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]) / temperature));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return best;
}
