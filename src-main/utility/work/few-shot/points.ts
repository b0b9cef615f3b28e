import { derived } from '../../../datasets/derived.ts';
import { readPixels } from '../../../datasets/images/pixels.ts';
import { steadyAxes } from '../../../few-shot/steady-axes.ts';
import type { Augmentation } from '../../../shared/augment/kinds.ts';
import { PictureAugmenter } from '../../../shared/augment/picture.ts';
import type { ImageShape, Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { Random } from '../../../shared/random.ts';
import type { JobContext } from '../../port/job-port.ts';
import { ownDescriber, type Describer } from './own-describer.ts';
import { openEncoder, type PictureEncoder } from './picture-encoder.ts';
import { principalOf } from './principal.ts';
import { transposed, type Products } from './products.ts';

/** Numbers a sample: of what alterations do not change, or of what a brought encoder says. */
const wanted = 64;
/** Beside them, of what pictures differ in most whether alterations change it or not: it parts what the others hold for one. */
const broad = 192;
const atOnce = 256;
/** So many samples tell the directions in which they differ. */
const judged = 4000;
/** So many directions are kept of them, and no more than a third of how many they are, where those that alterations do not change are looked for. */
const kept = 192;
/** In so many samples, altered twice. */
const altered = 3000;
/** What does not change what is in a picture. None is mirrored: letters and signs are not what they were. */
const alteration: Augmentation = { rotate: 8, scale: 0.12, shift: 0.06, brightness: 0.3, contrast: 0.3 };
/** In so many samples words are looked for, where there is no encoder. */
const lookedAt = 1000;

/** Each sample as a row of length 1; those that look alike lie together. */
export interface Points {
  rows: Float32Array;
  size: number;
  /** So many of its numbers, the first, are those that alterations do not change; all of a brought encoder's. */
  steady: number;
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
      way: 5,
      ...{ images, places, parts, samples: manifest.samples, image: manifest.image, encoder: encoder?.hash ?? null },
    };
    const { points } = await derived(blobs, from, ['points'], async () => ({
      points: bytes(await made(source, encoder, products, context)),
    }));
    const rows = new Float32Array(points.slice().buffer);
    const size = rows.length / Math.max(1, manifest.samples);
    // There are fewer than wanted where there are fewer directions, and then as many of either.
    return { rows, size, steady: encoder ? size : Math.min(wanted, size / 2), from };
  } finally {
    await encoder?.close();
  }
}

async function made(
  source: Source,
  encoder: PictureEncoder | null,
  products: Products,
  context: JobContext,
): Promise<Float32Array> {
  const { blobs, manifest, threads } = source;
  if (encoder) return placed(source, encoder, products, context);
  const some = drawn(manifest.samples, lookedAt);
  const read = (samples: Int32Array): Promise<Uint8Array> => readPixels(blobs, manifest, samples);
  const describer = await ownDescriber(some, read, manifest.image!, threads);
  try {
    return await placed(source, describer, products, context);
  } finally {
    await describer.close();
  }
}

/** By lot, ascending; always the same ones. */
function drawn(samples: number, most: number): Int32Array {
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  new Random(0x706f696e).shuffle(order);
  return order.slice(0, most).sort();
}

async function placed(
  { blobs, manifest, encoder }: Source,
  describer: Describer,
  products: Products,
  context: JobContext,
): Promise<Float32Array> {
  const { samples } = manifest;
  const { size } = describer;
  const seen = drawn(samples, judged);
  // What people brought has learnt already what does not matter.
  const moved = encoder === null ? drawn(samples, altered) : new Int32Array(0);
  const total = seen.length + 2 * moved.length + samples;
  let before = 0;
  /** Some samples' rows; each `atOnce` is handed over as it comes. `turn`: which alteration of them. */
  const rowsOf = async (
    some: Int32Array,
    turn: number | null,
    take: (rows: Float32Array, from: number) => Promise<void>,
  ): Promise<void> => {
    for (let from = 0; from < some.length; from += atOnce) {
      const next = some.subarray(from, from + atOnce);
      const pixels = await readPixels(blobs, manifest, next);
      if (turn !== null) alter(pixels, manifest.image!, next, turn);
      await take(await describer.describe(pixels, next.length), from);
      before += next.length;
      context.progress({ stage: 'embedding', unit: 'samples', done: before, total });
      await context.pause();
    }
  };
  const plain = new Float32Array(seen.length * size);
  await rowsOf(seen, null, async (rows, from) => plain.set(rows, from * size));
  const pause = (): Promise<void> => context.pause();
  const principal = await principalOf(
    plain,
    size,
    moved.length > 0 ? Math.min(kept, Math.ceil(seen.length / 3)) : wanted,
    products,
    pause,
  );
  const { mean } = principal;
  let { axes, count } = principal;
  const project = (rows: Float32Array): Promise<Float32Array> => {
    for (let i = 0; i < rows.length; i++) rows[i] -= mean[i % size];
    return products.multiply(rows, axes, rows.length / size, size, count);
  };
  /** Columns that make a row of length 1 together. */
  let parts = [count];
  if (moved.length > 0) {
    const inner = await project(plain);
    const views: Float32Array[] = [];
    for (const turn of [0, 1]) {
      const view = new Float32Array(moved.length * count);
      await rowsOf(moved, turn, async (rows, from) => view.set(await project(rows), from * count));
      views.push(view);
    }
    const steady = steadyAxes(inner, views[0], views[1], count, wanted);
    parts = [steady.length / count, Math.min(broad, count)];
    const turned = beside(
      transposed(Float32Array.from(steady), parts[0], count),
      levelled(inner, count, parts[1]),
      count,
    );
    axes = await products.multiply(axes, turned, size, count, parts[0] + parts[1]);
    count = parts[0] + parts[1];
  }
  const out = new Float32Array(samples * count);
  const all = Int32Array.from({ length: samples }, (_, i) => i);
  await rowsOf(all, null, async (rows, from) => out.set(await project(rows), from * count));
  return ofLengthOne(out, parts);
}

/** Each sample's picture moved, turned, sized and lit a little otherwise, in place: by its number and the turn alone. */
function alter(pixels: Uint8Array, image: ImageShape, samples: Int32Array, turn: number): void {
  const augmenter = new PictureAugmenter(image, alteration, 0x616c7465);
  const area = image.height * image.width * image.channels;
  samples.forEach((sample, i) => augmenter.apply(pixels.subarray(i * area, (i + 1) * area), turn, sample));
}

/** The first `kept` of `count` columns, each by the root of its deviation: as a matrix count × kept. */
function levelled(rows: Float32Array, count: number, kept: number): Float32Array {
  const squares = new Float64Array(count);
  for (let i = 0; i < rows.length; i++) squares[i % count] += rows[i] ** 2;
  const out = new Float32Array(count * kept);
  for (let k = 0; k < kept; k++) out[k * kept + k] = 1 / Math.sqrt(Math.sqrt(squares[k] / (rows.length / count)) || 1);
  return out;
}

/** Two matrices of `height` rows, one beside the other. */
function beside(left: Float32Array, right: Float32Array, height: number): Float32Array {
  const [a, b] = [left.length / height, right.length / height];
  const out = new Float32Array(left.length + right.length);
  for (let i = 0; i < height; i++) {
    out.set(left.subarray(i * a, (i + 1) * a), i * (a + b));
    out.set(right.subarray(i * b, (i + 1) * b), i * (a + b) + a);
  }
  return out;
}

/** In place; columns of each part weigh as much as those of any other. */
function ofLengthOne(rows: Float32Array, parts: readonly number[]): Float32Array {
  for (let at = 0; at < rows.length;) {
    for (const size of parts) {
      let squares = 1e-12;
      for (let k = at; k < at + size; k++) squares += rows[k] * rows[k];
      const length = Math.sqrt(squares * parts.length);
      for (let k = at; k < at + size; k++) rows[k] /= length;
      at += size;
    }
  }
  return rows;
}

export const bytes = (values: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
