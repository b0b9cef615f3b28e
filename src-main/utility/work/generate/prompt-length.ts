import { AtelierError } from '../../../shared/errors.ts';
import { fewestTokens } from '../../../tokenizers/fewest.ts';
import type { Parts } from './parts.ts';

/** Tokens of a prompt; `atLeast`: there are more, which nobody counted. */
export interface PromptLength {
  tokens: number;
  atLeast?: boolean;
}

/** Shorter ones are made into tokens before anybody notices. */
const soonCounted = 2 ** 14;

/** Told without making its tokens: how long a prompt is that no model of this context takes; null where its tokens have to be counted. */
export function farTooLong({ file, context }: Pick<Parts, 'file' | 'context'>, text: string): PromptLength | null {
  if (text.length <= soonCounted) return null;
  const tokens = fewestTokens(file, text);
  return tokens > context ? { tokens, atLeast: true } : null;
}

const said = ({ tokens, atLeast }: PromptLength): string => `${atLeast ? 'at least ' : ''}${tokens} tokens`;

/** Throws `prompt_too_long`. */
export function requireRoom(prompt: PromptLength, context: number): void {
  if (prompt.tokens < context) return;
  throw new AtelierError(
    'prompt_too_long',
    `The prompt is ${said(prompt)} long, and the model sees ${context}, with what it writes. Shorten the prompt, or take a model with more context.`,
  );
}

/** Of a text that another is written of: all of it is read at once. Throws `prompt_too_long`. */
export function requireSource(source: PromptLength, context: number): void {
  if (source.tokens <= context) return;
  throw new AtelierError(
    'prompt_too_long',
    `The source text is ${said(source)} long, and the model reads ${context}. Shorten it, or divide it and ask for each part.`,
  );
}
