import { logProbabilities } from '../../../generation/sampling.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { TextLikelihood, TokenChoice } from '../../../shared/generation.ts';
import type { OpenWriter } from './open.ts';
import { choice } from './writing.ts';

/** Tokens whose logits lie in memory together, where the model keeps what it saw. */
const atOnce = 128;

/**
 * How likely the model finds a text. What is longer than the model sees is seen in windows of that length, each of which begins in the middle
 * of the one before: so every token is foretold from at least half of what the model can see. Throws `text_too_short`.
 * @param logprobs so many of the likeliest in each token's place; 0: the tokens' own are not told either
 * @param pause awaited between parts
 */
export async function likelihoodOf(
  { model, reader, context, encode, spelled }: OpenWriter,
  text: string,
  logprobs: number,
  pause: () => Promise<void>,
): Promise<TextLikelihood> {
  const tokens = encode(text);
  if (tokens.length < 2) {
    throw new AtelierError(
      'text_too_short',
      `The text is ${tokens.length} ${tokens.length === 1 ? 'token' : 'tokens'} long; of fewer than two nothing can be foretold. Give a longer one.`,
    );
  }
  const choices: TokenChoice[] = [];
  let [sum, foretold] = [0, 0];
  for (let from = 0; foretold < tokens.length - 1; from = foretold - Math.floor(context / 2)) {
    model.reset();
    const end = Math.min(from + context, tokens.length - 1);
    for (let at = from; at < end;) {
      const piece = tokens.slice(at, model.cached ? Math.min(end, at + atOnce) : end);
      const rows = await model.feed([piece], true);
      for (const [i, logits] of rows.entries()) {
        const place = at + i + 1;
        if (place <= foretold) continue;
        sum -= logProbabilities(logits)[tokens[place]];
        if (logprobs > 0)
          choices.push(choice(reader, tokens.slice(Math.max(0, place - 8), place), tokens[place], logits, logprobs));
      }
      at += piece.length;
      await pause();
    }
    foretold = end;
  }
  const loss = sum / foretold;
  const characters = Math.max(1, [...text].length - [...spelled(tokens[0])].length);
  return {
    tokens: foretold,
    characters,
    loss,
    perplexity: Math.exp(loss),
    bitsPerCharacter: sum / Math.LN2 / characters,
    choices: logprobs > 0 ? choices : null,
  };
}
