import { createHash } from 'node:crypto';
import { inOrder } from '../in-order.ts';
import type { FoundFile } from '../source.ts';
import { decodeAlike, decodeImage, readImageFile, type DecodedImage } from './decode.ts';
import { claimedType, headBytes, imageType } from './file-type.ts';
import { plainImage, type PlainImage } from './plain.ts';

export interface Size {
  width: number;
  height: number;
  /** Images of any size are scaled to this one; otherwise all must have it. */
  scale: boolean;
}

export interface DecodedFile extends DecodedImage {
  /** Of the file. */
  bytes: number;
  sha256: string;
  /** Its name says another format. */
  misnamed: boolean;
}

/** Larger files are decoded by themselves, and their bytes let go of. */
const smallBytes = 64 << 10;

/**
 * Decodes some files, `atOnce` at a time; one that fails gives its error. Small ones that their headers say to be alike, and of the size
 * wanted, are decoded together.
 */
export async function decodeFiles(
  files: readonly FoundFile[],
  size: Size,
  atOnce: number,
): Promise<(DecodedFile | Error)[]> {
  const results: (DecodedFile | Error | null)[] = [];
  const waiting = new Map<number, Uint8Array>();
  const alike = new Map<string, { plain: PlainImage; places: number[] }>();
  for await (const { result } of inOrder(files, atOnce, (file) => readOrDecode(file, size))) {
    const place = results.length;
    if (result instanceof Error || 'rgb' in result) {
      results.push(result);
      continue;
    }
    results.push(null);
    waiting.set(place, result.bytes);
    const { plain } = result;
    if (plain?.width !== size.width || plain.height !== size.height) continue;
    const key = JSON.stringify(plain);
    const known = alike.get(key) ?? { plain, places: [] };
    known.places.push(place);
    alike.set(key, known);
  }
  for (const { plain, places } of alike.values()) {
    const bytes = places.map((place) => waiting.get(place)!);
    // Which of them it was that failed comes out below.
    const images = await decodeAlike(bytes, plain).catch(() => []);
    images.forEach((image, k) => {
      results[places[k]] = decodedFile(files[places[k]], bytes[k], image);
      waiting.delete(places[k]);
    });
  }
  for (const [place, bytes] of waiting) {
    results[place] = await decodeOne(files[place], bytes, size).catch((error: Error) => error);
  }
  return results as (DecodedFile | Error)[];
}

async function readOrDecode(
  file: FoundFile,
  size: Size,
): Promise<DecodedFile | { bytes: Uint8Array; plain: PlainImage | null }> {
  const bytes = await readImageFile(file);
  return size.scale || bytes.length > smallBytes ? decodeOne(file, bytes, size) : { bytes, plain: plainImage(bytes) };
}

async function decodeOne(file: FoundFile, bytes: Uint8Array, size: Size): Promise<DecodedFile> {
  return decodedFile(file, bytes, await decodeImage(bytes, file.relative, size.scale ? size : undefined));
}

const decodedFile = (file: FoundFile, bytes: Uint8Array, image: DecodedImage): DecodedFile => ({
  ...image,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  misnamed: claimedType(file.relative) !== imageType(bytes.subarray(0, headBytes)),
});
