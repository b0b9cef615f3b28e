import type { Manifest } from '../../../src-main/shared/dataset.ts';
import { categoryColour, resolveColour } from '../../charts/colours.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import type { Sample } from './sample-pages.svelte.ts';

/** The colour of a class of annotations, by its place among the version's: the same everywhere, whatever is filtered. */
export function markColour(manifest: Manifest, name: string, dark: boolean): string {
  const at = manifest.annotations?.classes.findIndex((one) => one.name === name) ?? -1;
  return categoryColour(Math.max(0, at), dark);
}

/** The same for a canvas, which cannot read variables. */
export const markPaint = (manifest: Manifest, name: string, dark: boolean): string =>
  resolveColour(markColour(manifest, name, dark));

/** Its class; of a sample that has none, how much is marked in it. */
export function sampleCaption({ label, marks }: Sample): string {
  if (label !== null || !marks) return label ?? m.no_label();
  const count = marks.annotations.length;
  return m.annotations_in_sample({ count, n: format.integer(count) });
}
