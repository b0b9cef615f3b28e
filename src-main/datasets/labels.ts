import { classSetsOf } from '../shared/class-sets.ts';
import type { BlobHash, Manifest } from '../shared/dataset.ts';
import { int32s, readBlob, writeBlob } from './blobs.ts';

/** Class index per image or sound (with `classSets` which of those), -1 without one; null where there are no classes. */
export const fileLabels = async (blobs: string, manifest: Manifest): Promise<Int32Array | null> =>
  manifest.classes.length > 0 ? int32s(await readBlob(blobs, manifest.blobs.labels!)) : null;

/** The classes of each image or sound by their names; null where it has no label. */
export async function namedLabels(blobs: string, manifest: Manifest): Promise<(string[] | null)[]> {
  const labels = await fileLabels(blobs, manifest);
  if (!labels) return Array.from({ length: manifest.samples }, () => null);
  const sets = classSetsOf(manifest).map((set) => set.map((c) => manifest.classes[c].name));
  return Array.from(labels, (label) => sets[label] ?? null);
}

/** Labels by their names as a version keeps them. Its classes are those that a sample has, in this order; `several`: a sample has any number of them. */
export async function keepLabels(
  blobs: string,
  named: readonly (readonly string[] | null)[],
  order: Iterable<string>,
  several: boolean,
): Promise<Pick<Manifest, 'classes' | 'classSets'> & { labels: BlobHash }> {
  const counts = new Map<string, number>();
  for (const names of named) for (const name of names ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  const classes = [...order].flatMap((name) => {
    const count = counts.get(name);
    return count === undefined ? [] : [{ name, count }];
  });
  const index = new Map(classes.map(({ name }, i) => [name, i]));
  const classSets: number[][] = [];
  const places = new Map<string, number>();
  const labels = Int32Array.from(named, (names) => {
    if (names === null) return -1;
    const set = names.map((name) => index.get(name)!).sort((a, b) => a - b);
    if (!several) return set[0];
    const place = places.get(set.join()) ?? classSets.push(set) - 1;
    places.set(set.join(), place);
    return place;
  });
  const blob = await writeBlob(blobs, new Uint8Array(labels.buffer));
  return { classes, ...(several && { classSets }), labels: blob };
}

/** What a model is to tell of each image or sound. */
export interface FileTargets {
  /** Whether there is something to be told of the sample. */
  has(sample: number): boolean;
  /** Room for so many samples. */
  room(count: number): Int32Array | Float32Array;
  /** Writes the sample's as number `at` of such a room. */
  put(sample: number, to: Int32Array | Float32Array, at: number): void;
}

/**
 * Of one class its index, of several a 0 or 1 for each, as the encoder numbers them. Without a label there is nothing to be told, nor of a class
 * that the encoder does not know, nor of other than one where it tells one.
 */
export async function fileTargets(
  blobs: string,
  manifest: Manifest,
  { classes, several }: { classes: readonly string[]; several?: true },
): Promise<FileTargets> {
  if (classes.length === 0) return { has: () => true, room: () => new Int32Array(), put: () => undefined };
  const labels = int32s(await readBlob(blobs, manifest.blobs.labels!));
  const index = new Map(classes.map((name, i) => [name, i]));
  const known = manifest.classes.map(({ name }) => index.get(name) ?? -1);
  const sets = classSetsOf(manifest).map((set) => set.map((c) => known[c]).filter((c) => c >= 0));
  if (several) {
    const width = classes.length;
    return {
      has: (sample) => labels[sample] >= 0,
      room: (count) => new Float32Array(count * width),
      put(sample, to, at) {
        for (const c of sets[labels[sample]]) to[at * width + c] = 1;
      },
    };
  }
  const one = classSetsOf(manifest).map((set, i) => (set.length === 1 ? (sets[i][0] ?? -1) : -1));
  return {
    has: (sample) => (one[labels[sample]] ?? -1) >= 0,
    room: (count) => new Int32Array(count),
    put: (sample, to, at) => (to[at] = one[labels[sample]]),
  };
}
