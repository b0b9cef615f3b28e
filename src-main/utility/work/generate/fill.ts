import { aroundOf } from '../../../datasets/encode/texts/language.ts';
import { likeliestTokens, logProbabilities } from '../../../generation/sampling.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { GenerationSettings, TokenChoice, WrittenText } from '../../../shared/generation.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { Guesser } from '../language/guesser.ts';
import type { ReadModel } from './folder-files.ts';
import type { Parts } from './parts.ts';
import { farTooLong, requireRoom } from './prompt-length.ts';
import type { Written, WritingHooks } from './writing.ts';

/** An encoder that says what is hidden in a text, as BERT does (Devlin et al. 2019). */
export interface Filler {
  readonly guesser: Guesser;
  readonly parts: Parts;
  readonly mask: number;
}

/** Reads the weights of a model that is known. Errors: not_enough_memory, session_failed, broken_model, and those of reading it. */
export async function openFiller(
  parts: Parts,
  mask: number,
  threads: number,
  read: (model: ReadModel) => void = () => {},
): Promise<Filler> {
  const model = parts.model();
  read(model);
  return {
    guesser: await Guesser.open(model.model, openTokenizer(parts.file).special.pad, { device: 'cpu', threads }),
    parts,
    mask,
  };
}

/** How the token that hides another is written in a text. */
const maskName = ({ file }: Parts, mask: number): string =>
  file.added_tokens.find(({ id }) => id === mask)?.content ?? '[MASK]';

/** The tokens of a text with what the model wants around it. Errors: nothing_masked, prompt_too_long. */
export function maskedTokens(parts: Parts, mask: number, text: string): number[] {
  const tokenizer = openTokenizer(parts.file);
  const far = farTooLong(parts, text);
  if (far) requireRoom(far, parts.context);
  const { before, after } = aroundOf(tokenizer);
  const tokens = [...before, ...tokenizer.encode(text), ...after];
  if (!tokens.includes(mask)) {
    throw new AtelierError(
      'nothing_masked',
      `Nothing is masked in the prompt, and this model fills in what is. Write ${maskName(parts, mask)} where it is to guess.`,
    );
  }
  requireRoom({ tokens: tokens.length - 1 }, parts.context);
  return tokens;
}

/**
 * The text with its masks filled: the first of `n` texts has the likeliest token in each place, the next one the second likeliest, and so on.
 * Nothing is drawn. `tokens` and `choices` are those of the masks, in order.
 * @param begun tokens that the first masks are filled with; the others are guessed with these in their places
 */
export async function fillMasks(
  { guesser, parts, mask }: Filler,
  text: string,
  { n, logprobs }: Pick<GenerationSettings, 'n' | 'logprobs'>,
  hooks: WritingHooks,
  begun: readonly number[] = [],
): Promise<Written & { promptTokens: number }> {
  const began = performance.now();
  const tokenizer = openTokenizer(parts.file);
  const tokens = maskedTokens(parts, mask, text);
  const places = tokens.flatMap((token, place) => (token === mask ? [place] : []));
  const given = begun.slice(0, places.length);
  const seen = tokens.slice();
  // What stands in the first places was chosen seeing none of the others: its own chances are told as they were then.
  const first = await guesser.logits(tokens);
  given.forEach((token, i) => (seen[places[i]] = token));
  const logits = given.length > 0 ? await guesser.logits(seen) : first;
  await hooks.pause();
  const width = logits.length / tokens.length;
  const scores = places.map((place, i) =>
    logProbabilities((i < given.length ? first : logits).subarray(place * width, (place + 1) * width)),
  );
  const likeliest = scores.map((each) => likeliestTokens(each, Math.max(n, logprobs)));
  const named = (each: Float64Array, token: number) => ({
    token,
    // One that is no text, such as [SEP], is called by its name.
    text: tokenizer.decode([token]) || (parts.file.added_tokens.find(({ id }) => id === token)?.content ?? ''),
    logprob: each[token],
  });
  const texts = Array.from({ length: n }, (_, row): WrittenText => {
    const chosen = places.map((_, i) => given[i] ?? likeliest[i][Math.min(row, likeliest[i].length - 1)]);
    const filled = withPieces(
      text.split(maskName(parts, mask)),
      chosen.map((token) => tokenizer.decode([token])),
    );
    hooks.told({ row, text: filled, tokens: chosen.length });
    const choices = scores.map((each, i): TokenChoice => ({
      ...named(each, chosen[i]),
      likeliest: Array.from(likeliest[i].subarray(0, logprobs), (token) => named(each, token)),
    }));
    return { text: filled, tokens: chosen, finish: 'end', choices: logprobs > 0 ? choices : null };
  });
  const ms = performance.now() - began;
  return { texts, firstTokenMs: ms, tokensPerSecond: (1000 * places.length) / ms, promptTokens: tokens.length };
}

/** Pieces in the gaps of a text: one that goes on with a word without its sign, one that brings its own space without a second one. */
function withPieces(parts: readonly string[], pieces: readonly string[]): string {
  return parts.reduce((text, part, i) => {
    const piece = (pieces[i - 1] ?? '').replace(/^##/, '');
    return text + (text === '' || /\s$/.test(text) ? piece.trimStart() : piece) + part;
  });
}
