import type { SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { eachAnnotations, float64s, readHeader, readPiece } from '../annotations/read.ts';
import { AnnotationWriter } from '../annotations/writer.ts';
import { readBlob } from '../blobs.ts';

/**
 * The annotations of a source imported again, with those that were made or corrected since it was last: these stay, whatever the source says.
 * Marks in `isChanged` which samples the source annotates otherwise than it did.
 */
export async function correctedMarks(
  blobs: string,
  fresh: Manifest,
  before: Manifest,
  base: Manifest,
  was: Int32Array,
  isChanged: Uint8Array | Int32Array,
): Promise<Pick<Manifest, 'annotations' | 'blobs'>> {
  const mine = await lines(blobs, before);
  const theirs = before.samples === base.samples ? await lines(blobs, base) : mine;
  const header = await readHeader(blobs, fresh);
  const names = new Set(header.classes.map(({ name }) => name));
  const others = (await readHeader(blobs, before)).classes.filter(({ name }) => !names.has(name));
  const writer = await AnnotationWriter.open(blobs);
  let corrected = false;
  try {
    let i = 0;
    for await (const marks of eachAnnotations(blobs, fresh)) {
      const sample = was[i];
      const given = sample < 0 ? null : await theirs(sample);
      if (given !== null && given !== `${JSON.stringify(marks)}\n`) isChanged[i] = 1;
      const kept = given === null ? null : await mine(sample);
      const isMine = kept !== null && kept !== given;
      corrected ||= isMine;
      await writer.add(isMine ? (JSON.parse(kept) as SampleAnnotations) : marks);
      i++;
    }
    if (!corrected) {
      await writer.abort();
      return { annotations: fresh.annotations, blobs: fresh.blobs };
    }
    const { format: _format, version: _version, ...rest } = header;
    const made = await writer.finish({ ...rest, classes: [...header.classes, ...others] });
    return { annotations: made.summary, blobs: { ...fresh.blobs, ...made.blobs } };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Each sample's line as it is stored. */
async function lines(blobs: string, { blobs: { annotations, annotationOffsets } }: Manifest) {
  if (!annotations || !annotationOffsets) return () => Promise.resolve(null);
  const offsets = float64s(await readBlob(blobs, annotationOffsets));
  return async (sample: number): Promise<string | null> =>
    Buffer.from(await readPiece(blobs, annotations, offsets, sample)).toString();
}
