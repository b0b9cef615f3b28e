import type { AnnotationSummary } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { SaidMarks } from '../../shared/said.ts';
import type { ReviseResult } from '../../shared/work/revise.ts';
import { preparedByRecipe } from '../../shared/labels.ts';
import { markTypes } from '../../shared/marks.ts';
import { asRead, keepAsRead } from '../grow/as-read.ts';
import { markedHeader, markedSamples } from './marked-samples.ts';
import { problemNotes } from './problem-notes.ts';
import { AnnotationWriter } from './writer.ts';

/**
 * The next version: the same samples in the same splits, with what labelling says is marked in them. Nothing stored is touched.
 * Throws `nothing_labelled`, `no_change`, `prepared_by_recipe`.
 */
export async function markVersion(
  blobs: string,
  manifest: Manifest,
  said: SaidMarks,
  signal?: AbortSignal,
): Promise<ReviseResult> {
  if (manifest.kind === 'table' && manifest.recipe) throw preparedByRecipe();
  const writer = await AnnotationWriter.open(blobs);
  let made: Awaited<ReturnType<AnnotationWriter['finish']>>;
  try {
    for await (const sample of markedSamples(blobs, manifest, said)) {
      signal?.throwIfAborted();
      await writer.add(sample);
    }
    made = await writer.finish(await markedHeader(blobs, manifest, said));
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const { summary } = made;
  if (made.blobs.annotations === manifest.blobs.annotations) {
    throw new AtelierError('no_change', 'The version has these labels already. Label something first.');
  }
  const count = markTypes[said.kind].reduce((sum, type) => sum + (summary.types[type] ?? 0), 0);
  if (count === 0 && !said.base) {
    throw new AtelierError(
      'nothing_labelled',
      'Nothing is marked in any sample yet. Mark something, then make a version of it.',
    );
  }
  const next: Manifest = {
    ...manifest,
    annotations: summary,
    blobs: { ...manifest.blobs, ...made.blobs },
    notes: notesOf(manifest, summary),
  };
  const source = asRead(manifest);
  return {
    manifest: source.blobs.annotations ? { ...next, ...keepAsRead(next, source) } : next,
    change: `labels: ${count} ${said.kind} in ${summary.annotated} of ${manifest.samples} samples`,
  };
}

const ofProblems = new Set(['annotations_outside', 'annotations_empty', 'annotations_duplicate', 'no_classes']);
const notesOf = (manifest: Manifest, summary: AnnotationSummary): Manifest['notes'] => [
  ...manifest.notes.filter(({ code }) => !ofProblems.has(code)),
  ...problemNotes(summary),
];
