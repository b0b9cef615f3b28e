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

export interface FileFacts {
  /** Of the file. */
  bytes: number;
  sha256: string;
  /** Its name says another format. */
  misnamed: boolean;
}

export interface DecodedFile extends FileFacts, DecodedImage {
  /** The file itself; of a large one among many that are decoded together it is not held. */
  content?: Uint8Array;
}

/** What is in it is stored already, as this sample. */
export interface KnownFile extends FileFacts {
  known: number;
}

/** Which sample a file of this name and content is already; null: none. */
type Same = (name: string, sha256: string) => number | null;

interface ReadFile extends FileFacts {
  content: Uint8Array;
}

/** Larger files are decoded by themselves, and their bytes let go of. */
const smallBytes = 64 << 10;

/**
 * Decodes some files, `atOnce` at a time; one that fails gives its error, one that is known is not decoded. Small ones that their headers
 * say to be alike, and of the size wanted, are decoded together.
 */
export async function decodeFiles(
  files: readonly FoundFile[],
  size: Size,
  atOnce: number,
  same: Same = () => null,
): Promise<(DecodedFile | KnownFile | Error)[]> {
  const results: (DecodedFile | KnownFile | Error | null)[] = [];
  const waiting = new Map<number, ReadFile>();
  const alike = new Map<string, { plain: PlainImage; places: number[] }>();
  for await (const { result } of inOrder(files, atOnce, (file) => readOrDecode(file, size, same))) {
    const place = results.length;
    if (result instanceof Error || 'rgb' in result || 'known' in result) {
      results.push(result);
      continue;
    }
    results.push(null);
    waiting.set(place, result);
    const plain = plainImage(result.content);
    if (plain?.width !== size.width || plain.height !== size.height) continue;
    const key = JSON.stringify(plain);
    const known = alike.get(key) ?? { plain, places: [] };
    known.places.push(place);
    alike.set(key, known);
  }
  for (const { plain, places } of alike.values()) {
    const contents = places.map((place) => waiting.get(place)!.content);
    // Which of them it was that failed comes out below.
    const images = await decodeAlike(contents, plain).catch(() => []);
    images.forEach((image, k) => {
      results[places[k]] = decodedFile(waiting.get(places[k])!, image);
      waiting.delete(places[k]);
    });
  }
  for (const [place, read] of waiting) {
    results[place] = await decodeOne(files[place], read, size).catch((error: Error) => error);
  }
  return results as (DecodedFile | KnownFile | Error)[];
}

async function readOrDecode(file: FoundFile, size: Size, same: Same): Promise<DecodedFile | KnownFile | ReadFile> {
  const content = await readImageFile(file);
  const read: ReadFile = {
    content,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    misnamed: claimedType(file.relative) !== imageType(content.subarray(0, headBytes)),
  };
  const known = same(file.relative, read.sha256);
  if (known !== null) {
    const { bytes, sha256, misnamed } = read;
    return { bytes, sha256, misnamed, known };
  }
  if (size.scale) return decodeOne(file, read, size);
  if (content.length <= smallBytes) return read;
  const { content: _released, ...decoded } = await decodeOne(file, read, size);
  return decoded;
}

async function decodeOne(file: FoundFile, read: ReadFile, size: Size): Promise<DecodedFile> {
  return decodedFile(read, await decodeImage(read.content, file.relative, size.scale ? size : undefined));
}

const decodedFile = ({ content, bytes, sha256, misnamed }: ReadFile, image: DecodedImage): DecodedFile => ({
  ...image,
  content,
  bytes,
  sha256,
  misnamed,
});
