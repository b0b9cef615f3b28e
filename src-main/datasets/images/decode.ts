import sharp from 'sharp';
import type { ImageShape } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { noDataError, noDataIn } from '../no-data/kinds.ts';
import { readWhole, type FoundFile } from '../source.ts';
import { bmpSize, isBmp } from './bmp.ts';
import { foreignImage, headBytes, imageType } from './file-type.ts';
import { openImage } from './open.ts';
import type { PlainImage } from './plain.ts';

/** The largest side of an image as trained on. */
export const maxSide = 64;
/** An image above this is refused unread: an interlaced one must be held whole, twice when two are decoded at once. */
const maxPixels = 100_000_000;
const maxFileBytes = 256 << 20;

// Images are decoded side by side, each on one thread; a cache would only keep what is never asked for again.
sharp.concurrency(1);
sharp.cache(false);

const options = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true } as const;

/** An image file's bytes, refused where empty, vast or no image. */
export async function readImageFile(file: FoundFile): Promise<Uint8Array> {
  const name = file.relative;
  const bytes = await readWhole(
    file,
    maxFileBytes,
    (size) =>
      new AtelierError(
        'image_too_large',
        `${name} is a file of ${Math.round(size / 2 ** 20)} MB; at most ${maxFileBytes >> 20} MB are read. Scale it down first.`,
      ),
  );
  if (bytes.length === 0) throw new AtelierError('image_empty', `${name} is empty (0 bytes).`);
  if (!imageType(bytes.subarray(0, headBytes))) {
    const noData = noDataIn(bytes, name);
    if (noData) throw noDataError(name, noData);
    const foreign = foreignImage(bytes.subarray(0, headBytes));
    if (foreign !== null)
      throw new AtelierError(
        'not_an_image',
        `${name} is ${foreign}, which is not read. Convert it to PNG and import that.`,
      );
    throw new AtelierError(
      'not_an_image',
      `${name} does not hold an image that can be read (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP).`,
    );
  }
  return bytes;
}

/** Size as shown (EXIF turned), from the header alone. */
export async function imageSize(bytes: Uint8Array, name: string): Promise<{ width: number; height: number }> {
  return (await imageSizes(bytes, name)).shown;
}

/** Sizes as shown (EXIF turned) and as stored, from the header alone. */
export async function imageSizes(
  bytes: Uint8Array,
  name: string,
): Promise<Record<'shown' | 'stored', { width: number; height: number }>> {
  try {
    if (isBmp(bytes)) {
      const size = bmpSize(bytes);
      return { shown: size, stored: size };
    }
    const { autoOrient, width, height } = await sharp(bytes, options).metadata();
    return { shown: { width: autoOrient.width, height: autoOrient.height }, stored: { width, height } };
  } catch (error) {
    throw imageError(error, name);
  }
}

export interface DecodedImage {
  /** height × width × 3, sRGB. */
  rgb: Uint8Array;
  width: number;
  height: number;
}

/**
 * Decodes to 8-bit sRGB: turned as EXIF says, transparency laid on white, CMYK and 16-bit converted, the first frame of an animation.
 * With `fit` it is scaled to lie whole inside that size, the rest black: nothing is cut off and no shape distorted, which could be what tells classes apart.
 * Every image passes here, at import and in `predict` alike. `turn`: false leaves it as it is stored.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  fit?: { width: number; height: number },
  turn = true,
): Promise<DecodedImage> {
  try {
    const stored = openImage(bytes, options);
    let image = (turn ? stored.autoOrient() : stored).flatten({ background: '#ffffff' });
    if (fit) image = image.resize(fit.width, fit.height, { fit: 'contain', background: '#000000' });
    const { data, info } = await image
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      rgb: info.channels === 3 ? data : threeChannels(data, info.channels),
      width: info.width,
      height: info.height,
    };
  } catch (error) {
    throw imageError(error, name);
  }
}

/**
 * Decodes images of one and the same plain kind (see `plainImage`) in one piece of work, which for small ones takes half of the time that they
 * take one by one, and gives the same. Throws, without saying which, where one of them is damaged.
 */
export async function decodeAlike(
  images: readonly Uint8Array[],
  { width, height }: PlainImage,
): Promise<DecodedImage[]> {
  const { data, info } = await sharp([...images] as Buffer[], { ...options, join: { across: 1 } })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height * images.length) {
    throw new AtelierError('image_damaged', 'The images are not of the sizes that their headers say.');
  }
  const rgb = info.channels === 3 ? data : threeChannels(data, info.channels);
  const size = width * height * 3;
  return images.map((_, i) => ({ rgb: rgb.subarray(i * size, (i + 1) * size), width, height }));
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + (channels >= 3 ? c : 0)];
  }
  return rgb;
}

export function isGrey(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  return true;
}

/** Rec. 601 luma, which leaves what is grey already exactly as it is. */
export function toGrey(rgb: Uint8Array): Uint8Array {
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0, j = 0; j < grey.length; i += 3, j++) {
    grey[j] = (299 * rgb[i] + 587 * rgb[i + 1] + 114 * rgb[i + 2] + 500) / 1000;
  }
  return grey;
}

/** An image file as the model takes it: decoded and scaled the very same way as at import. height × width × channels. */
export async function decodeImageFor(shape: ImageShape, path: string): Promise<Uint8Array> {
  const bytes = await readImageFile({ path, relative: path });
  const { width, height } = await imageSize(bytes, path);
  const same = width === shape.width && height === shape.height;
  const { rgb } = await decodeImage(bytes, path, same ? undefined : shape);
  return shape.channels === 1 ? toGrey(rgb) : rgb;
}

/** Pixels already decoded, scaled as `decodeImage` scales. */
export async function fitPixels(pixels: Uint8Array, from: ImageShape, to: ImageShape): Promise<Uint8Array> {
  const raw = { width: from.width, height: from.height, channels: from.channels as 1 | 3 };
  return sharp(pixels, { raw })
    .resize(to.width, to.height, { fit: 'contain', background: '#000000' })
    .toColourspace(to.channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
}

/** RGB pixels at another size, whatever becomes of their shape. */
export async function stretchPixels(
  rgb: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Promise<Uint8Array> {
  if (from.width === to.width && from.height === to.height) return rgb;
  return sharp(rgb, { raw: { width: from.width, height: from.height, channels: 3 }, limitInputPixels: maxPixels })
    .resize(to.width, to.height, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer();
}

/** libvips' words, sorted into the few things that can be wrong with a file. */
function imageError(error: unknown, name: string): Error {
  const words = error instanceof Error ? error.message : String(error);
  if (/pixel limit/i.test(words)) {
    return new AtelierError(
      'image_too_large',
      `${name} has more than ${maxPixels / 1e6} million pixels. Scale it down first.`,
    );
  }
  if (/unsupported image format|codec/i.test(words)) {
    return new AtelierError(
      'not_an_image',
      `${name} is of an image format that cannot be read here. Save it as PNG or JPEG.`,
      [words],
    );
  }
  return new AtelierError(
    'image_damaged',
    `${name} ends too early or is damaged, and cannot be decoded. Copy or download it again.`,
    [words],
  );
}
