import type { Manifest } from '../../../shared/dataset.ts';
import { eachAnnotations, readHeader } from '../../annotations/read.ts';
import { AnnotationWriter } from '../../annotations/writer.ts';
import { readBlob, writeBlob } from '../../blobs.ts';
import { imageNames } from '../../divide/keys.ts';
import { placesAfter } from '../../grow/gather.ts';
import { keepLabels, namedLabels } from '../../labels.ts';
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
  const { labels, ...told } = await labelsOf(blobs, base, rows);
  if (labels) next.labels = labels;
  const marks = base.annotations ? await marksOf(blobs, base, rows) : null;
  return {
    ...kept,
    samples: rows.length,
    ...told,
    splits: countSplits(await readBlob(blobs, next.split)),
    ...(marks && { annotations: marks.summary }),
    notes: notesOf(base, told.classes),
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
  base: Manifest,
  rows: Int32Array,
): Promise<{ labels?: string } & Pick<Manifest, 'classes' | 'classSets'>> {
  if (!base.blobs.labels) return { classes: base.classes };
  const all = await namedLabels(blobs, base);
  const order = base.classes.map(({ name }) => name);
  const kept = Array.from(rows, (row) => all[row]);
  return keepLabels(blobs, kept, order, base.classSets !== undefined);
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

function notesOf(
  { notes, kind, classes: before, classSets }: Manifest,
  classes: Manifest['classes'],
): Manifest['notes'] {
  if (classes.length !== 1 || before.length === 1 || classSets) return notes;
  const message = `The recipe leaves ${kind === 'images' ? 'images' : 'sounds'} of one class alone ("${classes[0].name}"). Training needs at least two: make its steps milder.`;
  return [...notes, { code: 'single_class', message }];
}
