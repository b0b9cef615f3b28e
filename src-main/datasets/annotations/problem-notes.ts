import type { AnnotationSummary } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';

const problems: readonly ['outside' | 'empty' | 'duplicate', string][] = [
  ['outside', 'reach out of their image'],
  ['empty', 'have no area'],
  ['duplicate', 'are there twice, the very same'],
];

/** What is wrong with a version's annotations, in words. */
export const problemNotes = (summary: AnnotationSummary): Manifest['notes'] =>
  problems.flatMap(([flag, words]) => {
    const count = summary.flags[flag] ?? 0;
    if (count === 0) return [];
    const message = `${count} annotations ${words}. They were kept and are marked "${flag}".`;
    return [{ code: `annotations_${flag}`, message }];
  });
