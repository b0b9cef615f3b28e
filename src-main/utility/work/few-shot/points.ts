import { derived } from '../../../datasets/derived.ts';
import { readPixels } from '../../../datasets/images/pixels.ts';
import { describe, descriptorSize } from '../../../few-shot/descriptor.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { Random } from '../../../shared/random.ts';
import type { JobContext } from '../../port/job-port.ts';
import { openEncoder, type PictureEncoder } from './picture-encoder.ts';
import { principalOf } from './principal.ts';
import type { Products } from './products.ts';

/** Numbers a sample. */
const wanted = 64;
const atOnce = 256;
/** So many samples tell the directions in which they differ. */
const judged = 4000;

/** Each sample as a row of length 1; those that look alike lie together. */
export interface Points {
  rows: Float32Array;
  size: number;
  /** Of what they were made, for what is derived of them. */
  from: Record<string, unknown>;
}

interface Source {
  blobs: string;
  manifest: Manifest;
  /** An ONNX file whose answer to a picture tells what is like what; where null, descriptors that need none. */
  encoder: string | null;
  threads: number;
}

/** All samples of a version, made once. Throws `not_pictures`, and what `openEncoder` throws. */
export async function pointsOf(source: Source, products: Products, context: JobContext): Promise<Points> {
  const { blobs, manifest, threads } = source;
  if (manifest.kind !== 'images') {
    throw new AtelierError(
      'not_pictures',
      'What is like what is known of pictures alone. Let a run or a rule suggest the labels of other data.',
    );
  }
  const encoder = source.encoder === null ? null : await openEncoder(source.encoder, manifest.image!, threads);
  try {
    const { images, places } = manifest.blobs;
    const parts = manifest.parts?.map((part) => part.images);
    const from = {
      what: 'few-shot points',
      way: 1,
      ...{ images, places, parts, samples: manifest.samples, image: manifest.image, encoder: encoder?.hash ?? null },
    };
    const { points } = await derived(blobs, from, ['points'], async () => ({
      points: bytes(await made(source, encoder, products, context)),
    }));
    const rows = new Float32Array(points.slice().buffer);
    return { rows, size: rows.length / Math.max(1, manifest.samples), from };
  } finally {
    await encoder?.close();
  }
}

async function made(
  { blobs, manifest }: Source,
  encoder: PictureEncoder | null,
  products: Products,
  context: JobContext,
): Promise<Float32Array> {
  const { samples } = manifest;
  const image = manifest.image!;
  const size = encoder?.size ?? descriptorSize(image.channels);
  const area = image.height * image.width * image.channels;
  const described = async (some: Int32Array): Promise<Float32Array> => {
    const pixels = await readPixels(blobs, manifest, some);
    if (encoder) return encoder.describe(pixels, some.length);
    const rows = new Float32Array(some.length * size);
    some.forEach((_, i) => {
      describe(pixels.subarray(i * area, (i + 1) * area), image, rows.subarray(i * size, (i + 1) * size));
    });
    return rows;
  };
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  new Random(0x706f696e).shuffle(order);
  const some = order.slice(0, judged).sort();
  const total = some.length + samples;
  const told = (done: number) => context.progress({ stage: 'embedding', unit: 'samples', done, total });
  const seen = new Float32Array(some.length * size);
  for (let from = 0; from < some.length; from += atOnce) {
    seen.set(await described(some.subarray(from, from + atOnce)), from * size);
    told(Math.min(some.length, from + atOnce));
    await context.pause();
  }
  const { mean, axes, count } = await principalOf(seen, size, wanted, products, () => context.pause());
  const out = new Float32Array(samples * count);
  for (let from = 0; from < samples; from += atOnce) {
    const next = Int32Array.from({ length: Math.min(atOnce, samples - from) }, (_, i) => from + i);
    const rows = await described(next);
    for (let i = 0; i < rows.length; i++) rows[i] -= mean[i % size];
    out.set(await products.multiply(rows, axes, next.length, size, count), from * count);
    told(some.length + from + next.length);
    await context.pause();
  }
  return ofLengthOne(out, count);
}

function ofLengthOne(rows: Float32Array, size: number): Float32Array {
  for (let at = 0; at < rows.length; at += size) {
    let squares = 1e-12;
    for (let k = at; k < at + size; k++) squares += rows[k] * rows[k];
    const length = Math.sqrt(squares);
    for (let k = at; k < at + size; k++) rows[k] /= length;
  }
  return rows;
}

export const bytes = (values: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
