import { aroundOf } from '../../../datasets/encode/texts/language.ts';
import type { TokenRow } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { Tokenizer } from '../../../tokenizers/tokenizer.ts';

interface WindowRow extends TokenRow {
  tokens: Int32Array;
}

/** A text as an encoder sees it. */
export interface Windows {
  /** Where it is longer than the encoder sees at once, parts of about the same length; none where it has no token. */
  rows: WindowRow[];
  /** Of each row, tokens of the text itself: those around it not counted. */
  sizes: number[];
  /** Of the text with what is put around it once. */
  tokens: number;
}

/**
 * Cuts texts so that an encoder sees all of them, each part with what the tokenizer puts around a text. What stands behind that token which
 * ends a text, written out in one, is of a second text: `premise [SEP] hypothesis`. Throws `broken_model`.
 * @param context tokens that the encoder sees at once
 */
export function windower(tokenizer: Tokenizer, context: number): (text: string) => Windows {
  const { before, after } = aroundOf(tokenizer);
  const room = context - before.length - after.length;
  if (room < 1) {
    throw new AtelierError(
      'broken_model',
      `The model sees ${context} tokens, and its tokenizer puts ${before.length + after.length} around each text: config.json or tokenizer.json is another model's. Take all of its files from one place.`,
    );
  }
  return (text) => {
    const inside = tokenizer.encode(text);
    const parts = Math.max(1, Math.ceil(inside.length / room));
    const bounds = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * inside.length) / parts));
    const pieces = bounds.slice(1).map((end, i) => inside.subarray(bounds[i], end));
    const rows = pieces.map((piece) => {
      const tokens = Int32Array.of(...before, ...piece, ...after);
      return { tokens, segments: segmentsOf(tokens, after[0]) };
    });
    const tokens = before.length + inside.length + after.length;
    return tokens === 0 ? { rows: [], sizes: [], tokens } : { rows, sizes: pieces.map(({ length }) => length), tokens };
  };
}

/** As BERT has it: each token after the first separator is of the second text (Devlin et al. 2019). */
function segmentsOf(tokens: Int32Array, separator: number | undefined): Int32Array {
  const first = separator === undefined ? -1 : tokens.indexOf(separator);
  return tokens.map((_, place) => Number(first >= 0 && place > first));
}
