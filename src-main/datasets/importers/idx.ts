import { basename } from 'node:path';
import type { ImageShape, SourceFile } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { createBlob, type BlobWriter } from '../blobs.ts';
import { finishImages } from '../image-version.ts';
import { fitPixels, maxSide } from '../images/decode.ts';
import { namedImage } from '../images/file-type.ts';
import { readHead, type Source } from '../source.ts';
import { splitCode } from '../splits.ts';
import { readIdx, readIdxHeader, type IdxFile } from './idx-format.ts';
import { pairUp, type Pair } from './idx-pairs.ts';
import { Rejects, type ImportContext, type Importer } from './importer.ts';

/** No folder of the MNIST family holds more; a folder of more is not asked file by file. */
const maxCandidates = 64;

/** MNIST and its family: a file of images and a file of labels, or one such pair for training and one for testing. */
export const idx: Importer = {
  async offer(source) {
    const files = await idxFiles(source);
    if (files.length === 0) return [];
    pairUp(files);
    return [
      {
        kind: 'idx',
        suggestedName: source.suggestedName,
        files: files.length,
        folders: 0,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
        columns: [],
        target: null,
      },
    ];
  },

  async read(source, params, context) {
    const pairs = pairUp(await idxFiles(source));
    const stored = shapeOf(pairs[0].images);
    const total = pairs.reduce((sum, pair) => sum + pair.images.dims[0], 0);
    const image = fitShape(stored);
    const values = new Uint8Array(total);
    const sources: SourceFile[] = [];
    const pixels = await createBlob(params.blobs);
    try {
      let done = 0;
      for (const { images, labels } of pairs) {
        checkPair(images, labels, stored);
        const before = done;
        sources.push(
          await copyPixels(images, stored, image, pixels, context, (count) => {
            context.progress({ stage: 'reading', unit: 'samples', done: (done = before + count), total });
          }),
        );
        sources.push(await copyLabels(labels, values.subarray(before, before + images.dims[0]), context.signal));
        done = before + images.dims[0];
      }
      if (total === 0) throw new AtelierError('no_samples', `${basename(pairs[0].images.relative)} holds no images.`);
      context.signal.throwIfAborted();
      const { labels, classes } = await nameClasses(source, values);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const set = {
        image,
        pixels,
        names: pairs.flatMap((pair) =>
          Array.from({ length: pair.images.dims[0] }, (_, i) => `${pair.images.relative}#${i}`),
        ),
        labels,
        classes,
        given: givenSplit(pairs, total),
        sources,
        rejectedCount: rejects.count,
        rejected: rejects.list,
        notes:
          image === stored
            ? []
            : [
                {
                  code: 'resized',
                  message: `The images of ${stored.width} × ${stored.height} pixels were scaled to ${image.width} × ${image.height}.`,
                },
              ],
      };
      return { suggestedName: source.suggestedName, manifest: await finishImages(params.blobs, set, params.splitSeed) };
    } catch (error) {
      await pixels.abort();
      throw error;
    }
  },
};

/** IDX files among what was given, told by their first bytes. */
async function idxFiles(source: Source): Promise<IdxFile[]> {
  const candidates = source.files.filter((file) => !namedImage(file.relative));
  if (candidates.length > maxCandidates || candidates.length < source.files.length / 2) return [];
  const found: IdxFile[] = [];
  for (const file of candidates) {
    const header = await readIdxHeader(file);
    if (header) found.push(header);
  }
  return found;
}

function shapeOf(file: IdxFile): ImageShape {
  const [, height, width, channels = 1] = file.dims;
  if (height < 1 || width < 1 || height > 4096 || width > 4096 || (channels !== 1 && channels !== 3)) {
    throw new AtelierError(
      'idx_shape',
      `${basename(file.relative)} says its images are ${file.dims.slice(1).join(' × ')}: not a size that can be read (1 or 3 channels last, sides up to 4096).`,
    );
  }
  return { height, width, channels };
}

const fitShape = (shape: ImageShape): ImageShape =>
  shape.height <= maxSide && shape.width <= maxSide
    ? shape
    : { height: maxSide, width: maxSide, channels: shape.channels };

function checkPair(images: IdxFile, labels: IdxFile, stored: ImageShape): void {
  if (images.dims[0] !== labels.dims[0]) {
    throw new AtelierError(
      'idx_count_differs',
      `${basename(images.relative)} holds ${images.dims[0]} images, ${basename(labels.relative)} ${labels.dims[0]} labels. They do not belong together.`,
    );
  }
  const shape = shapeOf(images);
  if (shape.height !== stored.height || shape.width !== stored.width || shape.channels !== stored.channels) {
    throw new AtelierError(
      'idx_shape',
      `${basename(images.relative)} holds images of another size than the rest. Import them separately.`,
    );
  }
}

async function copyPixels(
  file: IdxFile,
  stored: ImageShape,
  image: ImageShape,
  pixels: BlobWriter,
  context: ImportContext,
  count: (images: number) => void,
): Promise<SourceFile> {
  const size = stored.height * stored.width * stored.channels;
  const pieces = readIdx(file, context.signal);
  let bytes = 0;
  let carried: Uint8Array = new Uint8Array(0);
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { name: file.relative, bytes: file.bytes, sha256: next.value };
    bytes += next.value.length;
    if (image === stored) await pixels.write(next.value);
    else {
      const joined = Buffer.concat([carried, next.value]);
      let at = 0;
      for (; at + size <= joined.length; at += size) {
        context.signal.throwIfAborted();
        await pixels.write(await fitPixels(joined.subarray(at, at + size), stored, image));
      }
      carried = joined.subarray(at);
    }
    count(Math.floor(bytes / size));
  }
}

async function copyLabels(file: IdxFile, into: Uint8Array, signal: AbortSignal): Promise<SourceFile> {
  const pieces = readIdx(file, signal);
  let at = 0;
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { name: file.relative, bytes: file.bytes, sha256: next.value };
    into.set(next.value, at);
    at += next.value.length;
  }
}

/** Classes are the numbers that occur, in order; their names are the lines of a classes.txt where one lies beside. */
async function nameClasses(source: Source, values: Uint8Array): Promise<{ labels: Int32Array; classes: string[] }> {
  const present = [...new Set(values)].sort((a, b) => a - b);
  const file = source.files.find(({ relative }) => /(^|\/)(classes|labels|class[-_]names)\.txt$/i.test(relative));
  const lines = file
    ? new TextDecoder()
        .decode(await readHead(file, 1 << 16))
        .split(/\r?\n/)
        .map((line) => line.trim())
    : [];
  const named =
    present.every((value) => lines[value]) && new Set(lines.filter(Boolean)).size === lines.filter(Boolean).length;
  const index = new Map(present.map((value, i) => [value, i]));
  return {
    labels: Int32Array.from(values, (value) => index.get(value)!),
    classes: present.map((value) => (named ? lines[value] : String(value))),
  };
}

/** Two pairs or more, told apart by name, are splits already made. */
function givenSplit(pairs: Pair[], total: number): Uint8Array | null {
  if (new Set(pairs.map((pair) => pair.split)).size < 2) return null;
  const split = new Uint8Array(total);
  let at = 0;
  for (const pair of pairs) split.fill(splitCode(pair.split ?? 'train'), at, (at += pair.images.dims[0]));
  return split;
}
