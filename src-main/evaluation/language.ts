/** What a language model's loss comes to. */

export interface Told {
  /** Mean over the targets, in nats. */
  loss: number;
  /** Share of the targets that were the likeliest token; null where that was not counted. */
  accuracy: number | null;
  /** How many targets, and how much of a text they stand for, where that is known. */
  texts?: { targets: number; size: { unit: 'character' | 'byte'; count: number } | null };
}

/**
 * `perplexity`: between so many equally likely tokens the model hesitates. `bits_per_character`, `bits_per_byte`: what the text takes when it
 * is compressed by the model's guesses, end tokens included; other than the loss it can be compared between tokenizers.
 */
export function languageMetrics({ loss, accuracy, texts }: Told): Record<string, number> {
  const size = texts?.size;
  return {
    loss,
    // An untrained or broken model's would be no number that can be drawn.
    perplexity: Math.exp(Math.min(loss, 100)),
    ...(size && size.count > 0 ? { [`bits_per_${size.unit}`]: (loss * texts.targets) / (Math.LN2 * size.count) } : {}),
    ...(accuracy === null ? {} : { accuracy }),
  };
}
