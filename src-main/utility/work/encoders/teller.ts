import { setWords } from '../../../shared/class-sets.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { Verdict } from '../../../shared/prompt/verdict.ts';
import { decisionAt } from '../../../shared/threshold.ts';

/** A model that says something of a text, and writes none. */
export interface Teller {
  /**
   * Errors: text_too_short, nothing_to_compare, no_context, broken_model, run_failed, and what `pause` throws.
   * @param pair a second text, where it is told something of both
   */
  tell(text: string, pause: () => Promise<void>, pair?: string | null): Promise<Verdict>;
  close(): Promise<void>;
}

/** Those of a text that are compared: blank ones are none. Throws `nothing_to_compare`. */
export function linesOf(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > 1) return lines;
  throw new AtelierError(
    'nothing_to_compare',
    'This model tells how alike texts are, and there is only one. Write one a line: the first is compared with each of the others.',
  );
}

/** In short: the class, or all that are likelier than not; the number; the line most alike; what is named; the answer, where there is likelier one than none. */
export function shortly({ kind, scores, spans = [], none = 0 }: Verdict): string {
  if (kind === 'names') return spans.map(({ label, text }) => `${label}: ${text}`).join('; ');
  if (kind === 'answers') return spans.length > 0 && spans[0].score >= none ? spans[0].text : '';
  if (kind === 'labels') return setWords(scores.filter(({ score }) => score >= decisionAt).map(({ label }) => label));
  return kind === 'value' ? scores.map(({ score }) => String(score)).join(', ') : scores[0].label;
}
