import { renderTurns } from '../../../generation/chat-template.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { turnsAsText, type Turn } from '../../../shared/prompt/turns.ts';
import type { WriterPrompt } from '../../../shared/prompt/writer.ts';
import { openTokenizer } from '../../../tokenizers/open.ts';
import { pairRow, requirePairForm } from '../encoders/pair.ts';
import { promptLength } from './open.ts';
import { isWriter, type Parts } from './parts.ts';
import { farTooLong, type PromptLength } from './prompt-length.ts';

/** A prompt as a model is given it. */
export interface LaidOut {
  text: string;
  /** A second text, of models that are told two: what a question is asked of, what a premise is held against. */
  pair?: string | null;
  /** Whether the model's own layout was used; null where there are no turns. */
  template: boolean | null;
  /** What the answer begins with. */
  begin?: string;
}

/** Errors: bad_arguments, and those of a template. */
export function laidOut(parts: Parts, prompt: WriterPrompt): LaidOut {
  const { template, rewriting, kind } = parts;
  if (typeof prompt === 'string') return { text: prompt, template: null };
  if (kind === 'answers') return { ...questionOf(prompt), template: null };
  if (kind === 'classifies' && !parts.run) return { ...textsOf(prompt), template: null };
  // What knows no turns is told what they say.
  if (!isWriter(parts)) return { text: prompt.map(({ text }) => text).join('\n\n'), template: false };
  if (rewriting) return { ...sourceOf(prompt), template: false };
  if (template) return { text: renderTurns(template, prompt), template: true };
  return { text: turnsAsText(prompt), template: false };
}

/** As it is kept. */
export const givenText = ({ text, pair }: LaidOut): string =>
  pair === null || pair === undefined ? text : `${text}\n\n${pair}`;

/** Of two texts, in one row. Throws `unsupported_tokenizer`. */
export function pairTokens({ file }: Parts, text: string, pair: string): number[] {
  const tokenizer = openTokenizer(file);
  return [...pairRow(requirePairForm(file), tokenizer.encode(text), tokenizer.encode(pair)).tokens];
}

/** How long a prompt is as it is laid out. */
export function laidOutLength(parts: Parts, { text, pair, template }: LaidOut): PromptLength {
  if (pair === null || pair === undefined) return promptLength(parts, text, template === true);
  return farTooLong(parts, text + pair) ?? { tokens: pairTokens(parts, text, pair).length };
}

/** What stands under system: is the text, what under user: the question; without a system the question comes first. */
function questionOf(turns: readonly Turn[]): { text: string; pair: string | null } {
  const context = turns.filter(({ role }) => role === 'system').map(({ text }) => text);
  const said = turns.filter(({ role }) => role !== 'system').map(({ text }) => text);
  if (context.length > 0) return { text: said.join('\n\n'), pair: context.join('\n\n') };
  return { text: said[0], pair: said.length > 1 ? said.slice(1).join('\n\n') : null };
}

/** One turn is a text, two are a pair. */
function textsOf(turns: readonly Turn[]): { text: string; pair: string | null } {
  if (turns.length <= 2) return { text: turns[0].text, pair: turns[1]?.text ?? null };
  throw new AtelierError(
    'bad_arguments',
    `The prompt has ${turns.length} turns, and this model says of one text or of two which class they are of. Leave one or two.`,
  );
}

/** Turns for a model that knows none and reads one text: what they say is that text, what its answer says already how the new one begins. */
function sourceOf(turns: readonly Turn[]): { text: string; begin: string } {
  const begun = turns.at(-1)?.role === 'assistant' ? turns.at(-1) : undefined;
  const said = turns.filter((turn) => turn !== begun).map(({ text }) => text);
  return { text: said.join('\n\n'), begin: begun?.text ?? '' };
}
