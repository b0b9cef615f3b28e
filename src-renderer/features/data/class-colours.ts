import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { categoryColour, resolveColour } from '../../charts/colours.ts';

/** The colour of a class of annotations, by its place among the version's: the same everywhere, whatever is filtered. */
export function markColour(manifest: Manifest, name: string, dark: boolean): string {
  const at = manifest.annotations?.classes.findIndex((one) => one.name === name) ?? -1;
  return categoryColour(Math.max(0, at), dark);
}

/** The same for a canvas, which cannot read variables. */
export const markPaint = (manifest: Manifest, name: string, dark: boolean): string =>
  resolveColour(markColour(manifest, name, dark));
