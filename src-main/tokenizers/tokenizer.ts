// What turns a text into tokens, whole numbers that stand for its pieces, and back.

/** The numbers of tokens that stand for no piece of a text. */
export interface SpecialTokens {
  /** Fills up a text that is shorter than the others. Where a tokenizer has none it is a number after all of its own. */
  readonly pad: number;
  /** A piece that is not in the vocabulary; null where there are no such pieces. */
  readonly unknown: number | null;
  /** Hides a token, for nets that learn to say what was there. */
  readonly mask: number | null;
  /** Ends a text. */
  readonly end: number | null;
}

export interface Tokenizer {
  /** All numbers are below it, `special.pad` among them. */
  readonly vocabulary: number;
  readonly special: SpecialTokens;
  /** `special: true`: with what the tokenizer puts around a text ([CLS] … [SEP]), as Hugging Face's does unless told otherwise. */
  encode(text: string, options?: { special?: boolean }): Int32Array;
  /** Special tokens are left out. */
  decode(ids: ArrayLike<number>): string;
}
