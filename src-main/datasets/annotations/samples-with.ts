import type { Annotation } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { ConditionOf } from '../../shared/filter.ts';
import { eachAnnotations } from './read.ts';

/** Marks the samples with an annotation of this class and flag; none where nothing is annotated. */
export async function samplesWith(
  blobs: string,
  manifest: Manifest,
  asked: Pick<ConditionOf<'mark'>, 'class' | 'flag'>,
): Promise<Uint8Array> {
  const fits = (one: Annotation): boolean =>
    (asked.class === undefined || one.class === asked.class) &&
    (asked.flag === undefined || one.flags?.[asked.flag] === true);
  const marks = new Uint8Array(manifest.samples);
  if (!manifest.annotations) return marks;
  let sample = 0;
  for await (const { annotations } of eachAnnotations(blobs, manifest)) {
    if (annotations.some(fits)) marks[sample] = 1;
    sample++;
  }
  return marks;
}
