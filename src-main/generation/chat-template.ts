import { Template } from '@huggingface/jinja';
import { AtelierError } from '../shared/errors.ts';
import type { Turn } from '../shared/prompt/turns.ts';

/** How a model wants turns laid out, as Hugging Face's tokenizer_config.json says it: a Jinja template. */
export interface ChatTemplate {
  source: string;
  /** "bos_token", "eos_token" and others that it may name. */
  tokens: Readonly<Record<string, string>>;
}

/**
 * The turns as one text, that ends where the model's answer begins; where the last turn is the assistant's already, the model goes on with it.
 * Throws `bad_template` where the template is broken or refuses these turns.
 */
export function renderTurns({ source, tokens }: ChatTemplate, turns: readonly Turn[]): string {
  const last = turns.at(-1);
  const goesOn = last?.role === 'assistant';
  const messages = turns.map(({ role, text }) => ({ role, content: text }));
  let text: string;
  try {
    text = new Template(source).render({ ...tokens, messages, add_generation_prompt: !goesOn });
  } catch (error) {
    throw new AtelierError(
      'bad_template',
      `The model's chat template does not take these turns: ${(error as Error).message}. Many want one system turn at most, then user and assistant in turn.`,
    );
  }
  if (!goesOn || last.text === '') return text;
  // What ends a turn is not there yet.
  const at = text.lastIndexOf(last.text);
  return at < 0 ? text : text.slice(0, at + last.text.length);
}
