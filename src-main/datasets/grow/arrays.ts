import { createHash } from 'node:crypto';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { createBlob, writeBlob } from '../blobs.ts';
import { bytesOfImage, readPixels } from '../images/pixels.ts';
import { gatherImages } from './gather.ts';

const atOnce = 1024;

/**
 * Images of arrays have no files: each is told by its pixels, and those that are there several times are so many. `was`: per image the sample of
 * `before` that it is, -1 for a new one. Only new ones are stored besides what there is. Throws `cannot_grow` where the arrays have another shape.
 */
export async function growArrays(
  blobs: string,
  fresh: Manifest,
  before: Manifest,
  signal: AbortSignal,
): Promise<{ was: Int32Array; manifest: Manifest }> {
  const [now, old] = [fresh.image!, before.image!];
  if (now.height !== old.height || now.width !== old.width || now.channels !== old.channels) {
    const words = ({ height, width, channels }: typeof now): string => `${height} × ${width} × ${channels}`;
    throw new AtelierError(
      'cannot_grow',
      `The arrays hold images of ${words(now)} now, and held some of ${words(old)}. Import the source as a new dataset.`,
    );
  }
  const waiting = new Map<string, number[]>();
  await eachContent(blobs, before, signal, (sample, content) => {
    const same = waiting.get(content);
    if (same) same.push(sample);
    else waiting.set(content, [sample]);
  });
  // First come, first served, as they stand.
  for (const samples of waiting.values()) samples.reverse();
  const was = new Int32Array(fresh.samples).fill(-1);
  await eachContent(blobs, fresh, signal, (sample, content) => {
    was[sample] = waiting.get(content)?.pop() ?? -1;
  });
  if (was.every((sample) => sample < 0)) return { was, manifest: fresh };
  const added = await storeNew(blobs, fresh, was);
  const { parts, places } = await gatherImages(blobs, before, was, added ? { images: added } : null, now.channels);
  const { images } = parts[0];
  return {
    was,
    manifest: { ...fresh, parts, blobs: { ...fresh.blobs, images, places: await writeBlob(blobs, places) } },
  };
}

async function eachContent(
  blobs: string,
  manifest: Manifest,
  signal: AbortSignal,
  tell: (sample: number, content: string) => void,
): Promise<void> {
  const size = bytesOfImage(manifest.image!);
  for (let first = 0; first < manifest.samples; first += atOnce) {
    signal.throwIfAborted();
    const count = Math.min(atOnce, manifest.samples - first);
    const pixels = await readPixels(
      blobs,
      manifest,
      Int32Array.from({ length: count }, (_, i) => first + i),
    );
    for (let i = 0; i < count; i++) {
      const content = createHash('sha256').update(pixels.subarray(i * size, (i + 1) * size));
      tell(first + i, content.digest('base64'));
    }
  }
}

/** The pixels of those that were not there; null where all were. */
async function storeNew(blobs: string, fresh: Manifest, was: Int32Array): Promise<string | null> {
  const added = [...was.keys()].filter((sample) => was[sample] < 0);
  if (added.length === 0) return null;
  const blob = await createBlob(blobs);
  try {
    for (let at = 0; at < added.length; at += atOnce) {
      await blob.write(await readPixels(blobs, fresh, added.slice(at, at + atOnce)));
    }
    return await blob.commit();
  } catch (error) {
    await blob.abort();
    throw error;
  }
}
