import type { TokenRow } from '../../../runtime/token-encoder.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { pairForm, type PairForm } from '../../../tokenizers/pair-form.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';

/** Two texts as an encoder sees them. */
export interface PairRow extends Required<TokenRow> {
  tokens: Int32Array;
  segments: Int32Array;
  /** Where the second text begins. */
  second: number;
}

/** Throws `unsupported_tokenizer`. */
export function requirePairForm(file: TokenizerFile): PairForm {
  const form = pairForm(file);
  if (form) return form;
  throw new AtelierError(
    'unsupported_tokenizer',
    'The tokenizer.json does not say how two texts are put together (its post-processor has no form for pairs). Take the one that lies beside the model, or give one text.',
  );
}

/** Tokens that a pair's form takes by itself. */
export const formTokens = ({ before, between, after }: PairForm): number =>
  before.length + between.length + after.length;

export function pairRow(form: PairForm, first: ArrayLike<number>, second: ArrayLike<number>): PairRow {
  const { segments: of } = form;
  const [a, b] = [Array.from(first), Array.from(second)];
  const tokens = Int32Array.of(...form.before, ...a, ...form.between, ...b, ...form.after);
  const segments = Int32Array.of(
    ...form.before.map(() => of.before),
    ...a.map(() => of.first),
    ...of.between,
    ...b.map(() => of.second),
    ...form.after.map(() => of.after),
  );
  return { tokens, segments, second: form.before.length + a.length + form.between.length };
}

/**
 * Two texts in one row. Where both are more than is seen at once, the longer one loses its end, token by token, as Hugging Face's longest_first
 * has it. Errors: unsupported_tokenizer, broken_model.
 * @param context tokens that the encoder sees at once
 */
export function pairer(
  file: TokenizerFile,
  context: number,
): (first: string, second: string) => { row: PairRow; tokens: number } {
  const form = requirePairForm(file);
  const tokenizer = openTokenizer(file);
  const room = context - formTokens(form);
  return (first, second) => {
    const [a, b] = [tokenizer.encode(first), tokenizer.encode(second)];
    const over = a.length + b.length - room;
    const fits = over > 0 ? cutLongest(a.length, b.length, room) : [a.length, b.length];
    const row = pairRow(form, a.subarray(0, fits[0]), b.subarray(0, fits[1]));
    return { row, tokens: a.length + b.length + formTokens(form) };
  };
}

/** How much of each is left. */
function cutLongest(a: number, b: number, room: number): [number, number] {
  const half = Math.floor(room / 2);
  const [short, long] = a <= b ? [a, b] : [b, a];
  const kept = short <= half ? [short, Math.min(long, room - short)] : [half, room - half];
  // Of two that are cut alike the first one loses first.
  return a <= b ? [kept[0], kept[1]] : short <= half ? [kept[1], kept[0]] : [half, room - half];
}
