import type { SessionOptions } from '../../../runtime/session.ts';
import { TokenEncoder } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';

/** A masked language model with the inputs and outputs of Hugging Face's Optimum (see `bertEncoder`). */
export class Guesser {
  readonly #encoder: TokenEncoder;

  private constructor(encoder: TokenEncoder) {
    this.#encoder = encoder;
  }

  /**
   * Errors: session_failed, broken_model.
   * @param pad filling, at which nobody looks
   */
  static async open(model: Uint8Array | string, pad: number, options: SessionOptions): Promise<Guesser> {
    return new Guesser(await TokenEncoder.open(model, ['logits'], pad, options));
  }

  /** Logits for each place of one text: tokens × vocabulary. Errors: broken_model, run_failed. */
  async logits(tokens: ArrayLike<number>): Promise<Float32Array> {
    const { data, dims } = await this.#encoder.run([{ tokens }]);
    if (dims.length !== 3 || dims[0] !== 1 || dims[1] < tokens.length)
      throw new AtelierError(
        'broken_model',
        `The model is no masked language model: its logits are ${dims.join('×')}.`,
      );
    return data.subarray(0, tokens.length * dims[2]);
  }

  close(): Promise<void> {
    return this.#encoder.close();
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
