import { createReadStream } from 'node:fs';
import type { AnnotationHeader, SampleAnnotations } from '../../shared/annotation.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { blobPath, readBlob, readBlobRanges } from '../blobs.ts';

/** What offsets are made of: see `Offsets`. */
export const float64s = (bytes: Uint8Array): Float64Array =>
  bytes.byteOffset % 8 === 0
    ? new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 3)
    : new Float64Array(bytes.slice().buffer);

/** One piece of those that `offsets` cut a blob into. */
export const readPiece = (blobs: string, hash: string, offsets: Float64Array, at: number): Promise<Uint8Array> =>
  readBlobRanges(blobs, hash, [offsets[at]], offsets[at + 1] - offsets[at]);

const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

/** Of a version with annotations. `offsets`: its blob of them. */
export async function readAnnotations(
  blobs: string,
  manifest: Manifest,
  offsets: Float64Array,
  samples: readonly number[],
): Promise<SampleAnnotations[]> {
  const found: SampleAnnotations[] = [];
  for (const sample of samples) {
    found.push(parse(await readPiece(blobs, manifest.blobs.annotations!, offsets, sample)) as SampleAnnotations);
  }
  return found;
}

export async function readHeader(blobs: string, manifest: Manifest): Promise<AnnotationHeader> {
  const { annotations, annotationOffsets } = manifest.blobs;
  if (!annotations || !annotationOffsets) {
    throw new AtelierError('no_annotations', 'This dataset has no annotations: nothing is marked in its samples.');
  }
  const offsets = float64s(await readBlob(blobs, annotationOffsets));
  return parse(await readPiece(blobs, annotations, offsets, manifest.samples)) as AnnotationHeader;
}

/** All of a version's samples in order, little by little. Those that are not wanted come empty, which is quicker. */
export async function* eachAnnotations(
  blobs: string,
  manifest: Manifest,
  wanted: (sample: number) => boolean = () => true,
): AsyncGenerator<SampleAnnotations> {
  const stream = createReadStream(blobPath(blobs, manifest.blobs.annotations!), { highWaterMark: 1 << 20 });
  let rest: Buffer[] = [];
  let count = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, start)) {
      const line = rest.length > 0 ? Buffer.concat([...rest, chunk.subarray(start, at)]) : chunk.subarray(start, at);
      rest = [];
      start = at + 1;
      // The last line is the header.
      const sample = count++;
      if (sample >= manifest.samples) continue;
      yield wanted(sample) ? (parse(line) as SampleAnnotations) : { annotations: [] };
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
