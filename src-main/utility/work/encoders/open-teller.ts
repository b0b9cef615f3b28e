import type { ReadModel } from '../generate/folder-files.ts';
import type { Parts } from '../generate/parts.ts';
import { highest, openClassifier } from './classifier.ts';
import { openAnswerer } from './answerer.ts';
import { openNamer } from './namer.ts';
import { cosine, openEmbedder } from './embedder.ts';
import { openRunClassifier } from './run-classifier.ts';
import { linesOf, type Teller } from './teller.ts';

/** Reads the weights of a model that is known, and neither writes nor fills in. Errors: those of each kind. */
export function openTeller(parts: Parts, threads: number, read?: (model: ReadModel) => void): Promise<Teller> {
  if (parts.run) return openRunClassifier(parts, parts.run, threads, read);
  if (parts.kind === 'names') return openNamer(parts, threads, read);
  if (parts.kind === 'answers') return openAnswerer(parts, threads, read);
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
