import type { Manifest } from '../../../shared/dataset.ts';
import { eachAnnotations, readHeader } from '../../annotations/read.ts';
import { AnnotationWriter } from '../../annotations/writer.ts';
import { readBlob, writeBlob } from '../../blobs.ts';
import { imageNames } from '../../divide/keys.ts';
import { int32s } from '../../encode/images.ts';
import { placesAfter } from '../../grow/gather.ts';
import { readReferences, writeReferences } from '../../originals/references.ts';
import { countSplits } from '../../splits.ts';

/** Blobs of a fixed number of bytes a sample. */
const even = ['contents', 'split', 'folds', 'outlines', 'measured', 'forms'] as const;

/**
 * A version of some of another one's images or sounds: `rows` are its sample numbers, ascending, as often as each stands there. What is large
 * (pixels, sounds, files) stays where it is and is pointed at; what is said of each sample goes with it.
 */
export async function subsetOf(blobs: string, base: Manifest, rows: Int32Array): Promise<Manifest> {
  const { asRead: _read, ...kept } = base;
  const next: Manifest['blobs'] = { ...base.blobs };
  for (const name of even) {
    const hash = base.blobs[name];
    if (!hash) continue;
    next[name] = await writeBlob(blobs, pick(await readBlob(blobs, hash), base.samples, rows));
  }
  const names = await imageNames(blobs, base);
  next.names = await writeBlob(blobs, Buffer.from(JSON.stringify(Array.from(rows, (row) => names[row]))));
  next.places = await writeBlob(blobs, await placesAfter(blobs, base, rows, 0));
  if (base.blobs.references) {
    const all = await readReferences(blobs, base.blobs.references);
    next.references = await writeReferences(
      blobs,
      Array.from(rows, (row) => all[row]),
    );
  }
  const { labels, classes } = await labelsOf(blobs, base, rows);
  if (labels) next.labels = labels;
  const marks = base.annotations ? await marksOf(blobs, base, rows) : null;
  return {
    ...kept,
    samples: rows.length,
    classes,
    splits: countSplits(await readBlob(blobs, next.split)),
    ...(marks && { annotations: marks.summary }),
    notes: notesOf(base, classes),
    blobs: { ...next, ...marks?.blobs },
  };
}

function pick(bytes: Uint8Array, samples: number, rows: Int32Array): Uint8Array {
  const size = bytes.length / samples;
  const picked = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => picked.set(bytes.subarray(row * size, (row + 1) * size), i * size));
  return picked;
}

/** Classes of which no sample is left go. */
async function labelsOf(
  blobs: string,
  { blobs: { labels }, classes }: Manifest,
  rows: Int32Array,
): Promise<{ labels?: string; classes: Manifest['classes'] }> {
  if (!labels) return { classes };
  const all = int32s(await readBlob(blobs, labels));
  const counts = classes.map(() => 0);
  for (const row of rows) if (all[row] >= 0) counts[all[row]]++;
  const used = classes.flatMap((_, i) => (counts[i] > 0 ? [i] : []));
  const place = Int32Array.from(classes, (_, i) => used.indexOf(i));
  const picked = Int32Array.from(rows, (row) => (all[row] < 0 ? -1 : place[all[row]]));
  return {
    labels: await writeBlob(blobs, new Uint8Array(picked.buffer)),
    classes: used.map((i) => ({ name: classes[i].name, count: counts[i] })),
  };
}

async function marksOf(blobs: string, base: Manifest, rows: Int32Array) {
  const { format: _format, version: _version, ...header } = await readHeader(blobs, base);
  const times = new Uint32Array(base.samples);
  for (const row of rows) times[row]++;
  const writer = await AnnotationWriter.open(blobs);
  try {
    let row = 0;
    for await (const marks of eachAnnotations(blobs, base, (sample) => times[sample] > 0)) {
      for (let n = times[row++]; n > 0; n--) await writer.add(marks);
    }
    return await writer.finish(header);
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function notesOf({ notes, kind, classes: before }: Manifest, classes: Manifest['classes']): Manifest['notes'] {
  if (classes.length !== 1 || before.length === 1) return notes;
  const message = `The recipe leaves ${kind === 'images' ? 'images' : 'sounds'} of one class alone ("${classes[0].name}"). Training needs at least two: make its steps milder.`;
  return [...notes, { code: 'single_class', message }];
}
