import { Session, dataOf, valueOf, type SessionOptions } from '../../../runtime/session.ts';
import { AtelierError } from '../../../shared/errors.ts';

/** A masked language model with the inputs and outputs of Hugging Face's Optimum (see `bertEncoder`). */
export class Guesser {
  readonly #session: Session;
  /** Whether it wants to know which of two texts each token is of. */
  readonly #typed: boolean;

  private constructor(session: Session, typed: boolean) {
    this.#session = session;
    this.#typed = typed;
  }

  /** Errors: session_failed, broken_model. */
  static async open(model: Uint8Array | string, options: SessionOptions): Promise<Guesser> {
    const session = await Session.open(model, options);
    const inputs = session.inputs.map(({ name }) => name);
    const typed = inputs.includes('token_type_ids');
    const known =
      inputs.length === (typed ? 3 : 2) && inputs.includes('attention_mask') && inputs.includes('input_ids');
    if (known && session.outputs.some(({ name, type }) => name === 'logits' && type === 'float')) {
      return new Guesser(session, typed);
    }
    await session.close();
    throw new AtelierError('broken_model', 'The model is no masked language model: its inputs or outputs differ.');
  }

  /** Logits for each place of one text: tokens × vocabulary. `pad`: filling, at which nobody looks. */
  async logits(tokens: ArrayLike<number>, pad: number): Promise<Float32Array> {
    const { length } = tokens;
    const row = (value: (token: number) => number) =>
      valueOf(
        'int64',
        [1, length],
        BigInt64Array.from({ length }, (_, i) => BigInt(value(tokens[i]))),
      );
    const feeds = {
      input_ids: row((token) => token),
      attention_mask: row((token) => (token === pad ? 0 : 1)),
      ...(this.#typed && { token_type_ids: row(() => 0) }),
    };
    const { logits } = await this.#session.run(feeds);
    return dataOf(logits) as Float32Array;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

export interface Guess {
  token: number;
  probability: number;
}

/** The likeliest tokens of one place, likeliest first. */
export function likeliest(logits: Float32Array, count: number): Guess[] {
  const best = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - best), 0);
  return Array.from(logits.keys())
    .sort((a, b) => logits[b] - logits[a] || a - b)
    .slice(0, count)
    .map((token) => ({ token, probability: Math.exp(logits[token] - best) / sum }));
}
