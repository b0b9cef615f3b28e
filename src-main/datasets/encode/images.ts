import { splitNames, type Manifest, type SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { readPixels } from '../images/pixels.ts';
import { fileTargets } from '../labels.ts';
import type { EncodedSplit } from './encoded-split.ts';
import { sampleSizeOf, type ImageEncoder } from './encoder.ts';

const blockBytes = 4 << 20;

/** Reads the images once, front to back, laying each sample into its split: each labelled one, where the classes are learnt. */
export async function loadImages(
  blobs: string,
  manifest: Manifest,
  encoder: ImageEncoder,
): Promise<Record<SplitName, EncodedSplit>> {
  const { images, labels } = manifest.blobs;
  if (!images || !labels || !manifest.image) throw new AtelierError('internal', 'An image version without images.');
  checkSize(manifest, encoder);
  const split = await readBlob(blobs, manifest.blobs.split);
  const targets = await fileTargets(blobs, manifest, encoder);

  const counts = [0, 0, 0];
  for (let i = 0; i < manifest.samples; i++) if (targets.has(i)) counts[split[i]]++;
  const size = sampleSizeOf(encoder);
  const made = counts.map((count) => ({
    count,
    x: new Uint8Array(count * size),
    y: targets.room(count),
    indices: new Int32Array(count),
  }));

  const filled = [0, 0, 0];
  const perBlock = Math.max(1, Math.floor(blockBytes / size));
  for (let first = 0; first < manifest.samples; first += perBlock) {
    const count = Math.min(perBlock, manifest.samples - first);
    const block = await readPixels(
      blobs,
      manifest,
      Int32Array.from({ length: count }, (_, k) => first + k),
    );
    for (let k = 0; k < count; k++) {
      const sample = first + k;
      if (!targets.has(sample)) continue;
      const into = made[split[sample]];
      const at = filled[split[sample]]++;
      into.x.set(block.subarray(k * size, (k + 1) * size), at * size);
      targets.put(sample, into.y, at);
      into.indices[at] = sample;
    }
  }
  return Object.fromEntries(splitNames.map((name, i) => [name, made[i]])) as Record<SplitName, EncodedSplit>;
}

function checkSize(manifest: Manifest, encoder: ImageEncoder): void {
  const words = (shape: { width: number; height: number; channels: number }): string =>
    `${shape.width} × ${shape.height} pixels, ${shape.channels === 1 ? 'grey' : 'colour'}`;
  const { image } = manifest;
  const want = encoder.image;
  if (image && image.height === want.height && image.width === want.width && image.channels === want.channels) return;
  throw new AtelierError(
    'image_size_differs',
    `The model takes images of ${words(want)}; this dataset was imported at ${image ? words(image) : 'no size'}.`,
  );
}
