import type { Annotation } from '../../shared/annotation.ts';
import type { Manifest, SampleQuery } from '../../shared/dataset.ts';
import { eachAnnotations } from './read.ts';

/** What of a question is asked of the annotations: not a class of whole samples, whose labels tell it. */
export function askedOfMarks(manifest: Manifest, query: SampleQuery): Pick<SampleQuery, 'class' | 'flag'> | null {
  const marked =
    query.class !== undefined &&
    (manifest.annotations?.classes.some((one) => one.name === query.class) ?? false) &&
    !manifest.classes.some((one) => one.name === query.class);
  const flag = manifest.annotations ? query.flag : undefined;
  return marked || flag !== undefined ? { class: marked ? query.class : undefined, flag } : null;
}

/** The samples with an annotation of this class and flag. */
export async function samplesWith(
  blobs: string,
  manifest: Manifest,
  asked: Pick<SampleQuery, 'class' | 'flag'>,
): Promise<Set<number>> {
  const fits = (one: Annotation): boolean =>
    (asked.class === undefined || one.class === asked.class) &&
    (asked.flag === undefined || one.flags?.[asked.flag] === true);
  const found = new Set<number>();
  let sample = 0;
  for await (const { annotations } of eachAnnotations(blobs, manifest)) {
    if (annotations.some(fits)) found.add(sample);
    sample++;
  }
  return found;
}
