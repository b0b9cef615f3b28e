import type { ImageShape, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { BlobWriter } from '../blobs.ts';
import { fitPixels, maxSide } from '../images/decode.ts';
import type { ImportContext } from '../importers/importer.ts';
import { sortClasses } from '../target.ts';
import { valuesIn, type NpyArray } from './npy.ts';
import type { Group, Plan } from './plan.ts';
import { asTexts, asValues, readRows, type Values } from './values.ts';

/** More classes than this are no classes. */
const maxClasses = 1000;

/** How values become bytes: byte = (value - from) × by. */
interface Scale {
  from: number;
  by: number;
  /** In words, for a note; null where bytes stay bytes. */
  words: string | null;
}

type ImagePlan = Extract<Plan, { kind: 'images' }>;

export interface ReadImages {
  image: ImageShape;
  notes: Manifest['notes'];
}

/** Writes the pixels of all groups, one after another, as bytes with the channels last. */
export async function writeImages(plan: ImagePlan, pixels: BlobWriter, context: ImportContext): Promise<ReadImages> {
  const { groups, image, channelsFirst } = plan;
  const small = image.height <= maxSide && image.width <= maxSide;
  const stored = small ? image : { height: maxSide, width: maxSide, channels: image.channels };
  const size = image.height * image.width * image.channels;
  const total = groups.reduce((sum, { data }) => sum + data.shape[0], 0);
  const scale = await scaleOf(groups, context);
  let done = 0;
  for (const { data } of groups) {
    for await (const bytes of readRows(data, size * data.dtype.size, context.signal)) {
      const values = toBytes(asValues(bytes, data.dtype), scale);
      const upright = channelsFirst ? channelsLast(values, image) : values;
      if (small) await pixels.write(upright);
      else {
        for (let at = 0; at < upright.length; at += size) {
          context.signal.throwIfAborted();
          await pixels.write(await fitPixels(upright.subarray(at, at + size), image, stored));
        }
      }
      context.progress({ stage: 'reading', unit: 'samples', done: (done += upright.length / size), total });
    }
  }
  const notes: Manifest['notes'] = [];
  if (scale.words !== null) notes.push({ code: 'scaled', message: scale.words });
  if (channelsFirst)
    notes.push({ code: 'channels_first', message: 'The channels came before height and width; they are kept last.' });
  if (!small) {
    notes.push({
      code: 'resized',
      message: `The images of ${image.width} × ${image.height} pixels were scaled to ${stored.width} × ${stored.height}.`,
    });
  }
  return { image: stored, notes };
}

/** Bytes as they are; else the range of all values tells what was meant. */
async function scaleOf(groups: readonly Group[], context: ImportContext): Promise<Scale> {
  const { kind, size } = groups[0].data.dtype;
  if (kind === 'bool') return { from: 0, by: 255, words: null };
  if (kind === 'uint' && size === 1) return { from: 0, by: 1, words: null };
  let min = Infinity;
  let max = -Infinity;
  const total = groups.reduce((sum, { data }) => sum + valuesIn(data.shape) * data.dtype.size, 0);
  let done = 0;
  for (const { data } of groups) {
    for await (const bytes of readRows(data, data.dtype.size, context.signal)) {
      for (const value of asValues(bytes, data.dtype)) {
        const number = Number(value);
        if (number < min && number !== -Infinity) min = number;
        if (number > max && number !== Infinity) max = number;
      }
      context.progress({ stage: 'scanning', unit: 'bytes', done: Math.min(total, (done += bytes.length)), total });
    }
  }
  if (min > max) return { from: 0, by: 0, words: 'The values are no numbers at all; every pixel is black.' };
  if (min >= 0 && max <= 1 && kind === 'float')
    return { from: 0, by: 255, words: 'Values from 0 to 1 became bytes from 0 to 255.' };
  if (min >= 0 && max <= 255)
    return { from: 0, by: 1, words: kind === 'float' ? 'Values were rounded to bytes.' : null };
  if (min >= -1 && max <= 1 && kind === 'float')
    return { from: -1, by: 127.5, words: 'Values from -1 to 1 became bytes from 0 to 255.' };
  return {
    from: min,
    by: 255 / (max - min),
    words: `Values from ${min} to ${max} became bytes from 0 to 255.`,
  };
}

function toBytes(values: Values, { from, by }: Scale): Uint8Array {
  if (values instanceof Uint8Array && from === 0 && by === 1) return values;
  // Rounded, and kept within a byte; what is no number is black.
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = (Number(values[i]) - from) * by;
  return new Uint8Array(bytes.buffer);
}

function channelsLast(values: Uint8Array, { height, width, channels }: ImageShape): Uint8Array {
  const plane = height * width;
  const turned = new Uint8Array(values.length);
  for (let start = 0; start < values.length; start += plane * channels) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < plane; p++) turned[start + p * channels + c] = values[start + c * plane + p];
    }
  }
  return turned;
}

/** Class names, in order of value, and each sample's. Throws `npy_labels`. */
export async function readClasses(
  groups: readonly Group[],
  signal: AbortSignal,
): Promise<{ labels: Int32Array; classes: string[] }> {
  const total = groups.reduce((sum, { data }) => sum + data.shape[0], 0);
  const labels = new Int32Array(total).fill(-1);
  const index = new Map<string, number>();
  let at = 0;
  for (const { data, labels: array } of groups) {
    if (!array) {
      at += data.shape[0];
      continue;
    }
    for await (const name of labelNames(array, signal)) {
      let known = index.get(name);
      if (known === undefined) {
        index.set(name, (known = index.size));
        if (index.size > maxClasses) throw notClasses(array, `more than ${maxClasses} different values`);
      }
      labels[at++] = known;
    }
  }
  const classes = sortClasses([...index.keys()].map((name) => ({ name, count: 0 }))).map(({ name }) => name);
  const sorted = new Map(classes.map((name, i) => [name, i]));
  const to = [...index.keys()].map((name) => sorted.get(name)!);
  return { labels: labels.map((label) => (label < 0 ? -1 : to[label])), classes };
}

async function* labelNames(array: NpyArray, signal: AbortSignal): AsyncGenerator<string> {
  const { dtype } = array;
  for await (const bytes of readRows(array, dtype.size, signal)) {
    if (dtype.kind === 'unicode' || dtype.kind === 'bytes') yield* asTexts(bytes, dtype);
    else {
      for (const value of asValues(bytes, dtype)) {
        if (typeof value === 'number' && !Number.isInteger(value)) throw notClasses(array, `${value} in it`);
        yield String(value);
      }
    }
  }
}

const notClasses = (array: NpyArray, why: string): AtelierError =>
  new AtelierError(
    'npy_labels',
    `${array.label} has ${why}, so it does not say the classes of images. Name the array that does as the target, or give the images alone.`,
  );
