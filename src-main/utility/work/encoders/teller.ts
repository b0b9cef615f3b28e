import { setWords } from '../../../shared/class-sets.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { Verdict } from '../../../shared/prompt/verdict.ts';
import { decisionAt } from '../../../shared/threshold.ts';
import type { ReadModel } from '../generate/model-folder.ts';
import type { Parts } from '../generate/open.ts';
import { highest, openClassifier } from './classifier.ts';
import { cosine, openEmbedder } from './embedder.ts';
import { openRunClassifier } from './run-classifier.ts';

/** A model that says something of a text, and writes none. */
export interface Teller {
  /** Errors: text_too_short, nothing_to_compare, broken_model, run_failed, and what `pause` throws. */
  tell(text: string, pause: () => Promise<void>): Promise<Verdict>;
  close(): Promise<void>;
}

/** Reads the weights of a model that is known, and neither writes nor fills in. Errors: those of each kind. */
export function openTeller(parts: Parts, threads: number, read?: (model: ReadModel) => void): Promise<Teller> {
  if (parts.run) return openRunClassifier(parts, parts.run, threads, read);
  return parts.kind === 'classifies' ? openClassifier(parts, threads, read) : openComparer(parts, threads, read);
}

/** Says how alike a text's first line is to each of its others. */
async function openComparer(parts: Parts, threads: number, read?: (model: ReadModel) => void): Promise<Teller> {
  const embedder = await openEmbedder(parts, threads, read);
  return {
    close: () => embedder.close(),
    async tell(text, pause) {
      const lines = linesOf(text);
      const [first, ...others] = await embedder.embed(lines, pause);
      const scores = others.map((vector, i) => ({ label: lines[i + 1], score: cosine(first, vector) }));
      const seen = lines.map((line) => embedder.windows(line));
      const tokens = seen.reduce((sum, one) => sum + one.tokens, 0);
      const windows = Math.max(...seen.map(({ rows }) => rows.length));
      return { kind: 'similarity', scores: highest(scores), tokens, seen: tokens, windows };
    },
  };
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

/** In short: the class, or all that are likelier than not; the number; the line most alike. */
export function shortly({ kind, scores }: Verdict): string {
  if (kind === 'labels') return setWords(scores.filter(({ score }) => score >= decisionAt).map(({ label }) => label));
  return kind === 'value' ? scores.map(({ score }) => String(score)).join(', ') : scores[0].label;
}
