import type { Manifest } from '../../shared/dataset.ts';
import { eachAnnotations } from './read.ts';

/** Which samples have an annotation of a class; null where the class is one of whole samples, whose labels tell it. */
export async function samplesWith(blobs: string, manifest: Manifest, name: string): Promise<Set<number> | null> {
  const marked = manifest.annotations?.classes.some((one) => one.name === name) ?? false;
  if (!marked || manifest.classes.some((one) => one.name === name)) return null;
  const found = new Set<number>();
  let sample = 0;
  for await (const { annotations } of eachAnnotations(blobs, manifest)) {
    if (annotations.some((one) => one.class === name)) found.add(sample);
    sample++;
  }
  return found;
}
