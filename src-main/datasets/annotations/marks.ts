import type { Annotation, SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { VersionMarkSummary } from '../../shared/said.ts';
import { markTypes, type MarkedKind, type MarkShape } from '../../shared/marks.ts';
import { eachAnnotations, readHeader } from './read.ts';

/** Annotations as marks of a labelling: number i + 1 is the i-th of its kind in the sample. */

export const marksOf = (kind: MarkedKind, { annotations }: SampleAnnotations): Annotation[] =>
  annotations.filter(({ type }) => markTypes[kind].includes(type));

/** An annotation without its class. Relations join numbers of marks; 0: what one joins is not there. */
export function shapeOf(mark: Annotation, numbers: ReadonlyMap<string | number, number>): MarkShape {
  const { class: _, ...shape } = mark;
  if (shape.type === 'tag') throw new Error('A tag is of the whole sample.');
  if (shape.type !== 'relation') return shape;
  return { ...shape, from: numbers.get(shape.from) ?? 0, to: numbers.get(shape.to) ?? 0 };
}

/** The numbers of what relations may join, by their ids. */
export const numbersById = (marks: readonly Annotation[]): Map<string | number, number> =>
  new Map(marks.flatMap(({ id, type }, i) => (id === undefined || type === 'relation' ? [] : [[id, i + 1] as const])));

/** What a version says of marks, all samples through: enough to begin a labelling with. */
export async function versionMarks(blobs: string, manifest: Manifest, kind: MarkedKind): Promise<VersionMarkSummary> {
  const counts = new Int32Array(manifest.samples);
  if (!manifest.blobs.annotations)
    return { classes: [], counts, first: new Int32Array(manifest.samples).fill(-1), several: {} };
  const { classes } = await readHeader(blobs, manifest);
  const place = new Map(classes.map(({ name }, i) => [name, i]));
  const first = new Int32Array(manifest.samples).fill(-1);
  const several: VersionMarkSummary['several'] = {};
  let sample = 0;
  for await (const all of eachAnnotations(blobs, manifest)) {
    const marks = marksOf(kind, all);
    const used = new Set(marks.map((mark) => place.get(mark.class)!));
    counts[sample] = marks.length;
    if (used.size > 0) first[sample] = Math.min(...used);
    if (used.size > 1) several[sample] = [...used];
    sample++;
  }
  return { classes: classes.map(({ name }) => name), counts, first, several };
}
