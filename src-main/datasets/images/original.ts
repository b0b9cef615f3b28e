import type { Manifest, OriginalImage } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { float64s, readAnnotations } from '../annotations/read.ts';
import { readBlob } from '../blobs.ts';
import { decodeImage, imageSizes, type DecodedImage } from './decode.ts';
import { openImage } from './open.ts';
import { partsOf, readOriginalFile, readPixels } from './pixels.ts';
import { headBytes, imageType, type ImageType } from './file-type.ts';

/** What every Chromium decodes by itself, as long as it is not vast. */
const shownAsIs: readonly (ImageType | null)[] = ['png', 'jpeg', 'webp', 'gif', 'avif'];
const maxShownBytes = 16 << 20;
const maxShownSide = 4096;

/** An image as it came, or what a window can show in its place where that is vast or of a format that it does not know. */
export async function readOriginal(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<OriginalImage> {
  const { bytes, turn } = await originalFile(blobs, manifest, sample, newest);
  const { shown: upright, stored: lying } = await imageSizes(bytes, `sample ${sample}`);
  const { width, height } = turn ? upright : lying;
  if (shownAsIs.includes(imageType(bytes.subarray(0, headBytes))) && bytes.length <= maxShownBytes) {
    return { bytes, turn, width, height };
  }
  const stored = openImage(bytes, { limitInputPixels: 100_000_000, sequentialRead: true });
  const shown = await (turn ? stored.autoOrient() : stored)
    .resize(maxShownSide, maxShownSide, { fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 3 })
    .toBuffer();
  return { bytes: shown, turn: false, width, height };
}

/**
 * An image's pixels on which its annotations lie: its file's or, where that was not kept, those that are trained on. Throws what `decodeImage` does,
 * and what reading a file left where it was does.
 */
export async function originalPixels(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<DecodedImage> {
  if (!hasOriginals(manifest)) {
    const { width, height, channels } = manifest.image!;
    const pixels = await readPixels(blobs, manifest, [sample]);
    if (channels === 3) return { rgb: pixels, width, height };
    return { rgb: Uint8Array.from({ length: 3 * width * height }, (_, i) => pixels[Math.floor(i / 3)]), width, height };
  }
  const { bytes, turn } = await originalFile(blobs, manifest, sample, newest);
  return decodeImage(bytes, `sample ${sample}`, undefined, turn);
}

const hasOriginals = (manifest: Manifest): boolean =>
  manifest.blobs.references !== undefined || partsOf(manifest).some(({ originals }) => originals !== undefined);

/** `turn`: its annotations lie on it as its EXIF turns it. Throws `no_original`. */
async function originalFile(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<{ bytes: Uint8Array; turn: boolean }> {
  const { annotationOffsets } = manifest.blobs;
  const isOne = manifest.kind === 'images' && sample >= 0 && sample < manifest.samples;
  const bytes = isOne ? await readOriginalFile(blobs, manifest, sample, newest) : null;
  if (!bytes) {
    throw new AtelierError('no_original', 'The file that this image came from was not kept.');
  }
  const marks = annotationOffsets
    ? (await readAnnotations(blobs, manifest, float64s(await readBlob(blobs, annotationOffsets)), [sample]))[0]
    : undefined;
  return { bytes, turn: marks?.unturned !== true };
}
