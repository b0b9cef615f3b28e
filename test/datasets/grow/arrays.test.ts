import { describe, expect, it } from 'vitest';
import { int32s, readBlob, writeBlob } from '../../../src-main/datasets/blobs.ts';
import { readPixels } from '../../../src-main/datasets/images/pixels.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { idxBytes } from '../../support/data-idx.ts';
import { int64, uint8 } from '../../support/data-npy.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

/** One image a number: 4 × 3 pixels that tell which; its class is the number's remainder. */
const pixelsOf = (numbers: readonly number[]) => (at: number) => (numbers[Math.floor(at / 12)] * (1 + (at % 12))) % 251;

async function arrays(folder: Folder, numbers: readonly number[], labelOf = (n: number) => n % 3): Promise<void> {
  await writeFiles(folder.path, {
    'set/x.npy': uint8([numbers.length, 4, 3], pixelsOf(numbers)),
    'set/y.npy': int64([numbers.length], (i) => labelOf(numbers[i])),
  });
}

async function again(folder: Folder, manifest: Manifest, base = manifest) {
  const made = await importFrom(folder, ['set'], { into: { manifest, base } });
  return { manifest: made.manifest, growth: made.growth! };
}

const all = (manifest: Manifest) => Array.from({ length: manifest.samples }, (_, i) => i);
async function contents({ blobs }: Folder, manifest: Manifest) {
  const pixels = await readPixels(blobs, manifest, all(manifest));
  const labels = int32s(await readBlob(blobs, manifest.blobs.labels!));
  const split = await readBlob(blobs, manifest.blobs.split);
  return all(manifest).map((i) => ({
    pixels: Buffer.from(pixels.subarray(i * 12, (i + 1) * 12)).toString('hex'),
    label: manifest.classes[labels[i]].name,
    split: splitNames[split[i]],
  }));
}
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('arrays of images imported again', () => {
  it('tell by their pixels what came, went and says another class, and store only what is new', async () => {
    const folder = await dataFolder();
    await arrays(folder, numbers(1, 61));
    const first = (await importFrom(folder, ['set'])).manifest;
    const before = new Map((await contents(folder, first)).map(({ pixels, split }) => [pixels, split]));
    // In another order, without three, with ten more, and one that is said to be of another class.
    const now = [...numbers(4, 71)].reverse();
    await arrays(folder, now, (n) => (n === 30 ? 2 : n % 3));
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 10, removed: 3, changed: 1 });
    expect(manifest.parts).toHaveLength(2);
    expect(manifest.parts![0].images).toBe(first.blobs.images);
    expect((await readBlob(folder.blobs, manifest.parts![1].images)).length).toBe(10 * 12);
    const fresh = (await importFrom(folder, ['set'])).manifest;
    const [grown, wanted] = [await contents(folder, manifest), await contents(folder, fresh)];
    grown.forEach(({ pixels, label, split }, i) => {
      expect({ pixels, label }).toEqual({ pixels: wanted[i].pixels, label: wanted[i].label });
      if (before.has(pixels)) expect(split).toBe(before.get(pixels));
    });
    const data = await loadTrainingData(folder.blobs, manifest);
    expect(splitNames.reduce((sum, name) => sum + data.splits[name].count, 0)).toBe(67);
    // Once more on top of what has grown.
    await arrays(folder, [...now, 80, 81]);
    const third = await again(folder, manifest);
    expect(third.growth).toEqual({ added: 2, removed: 0, changed: 1 });
    expect(third.manifest.parts).toHaveLength(3);
    expect((await again(folder, third.manifest)).growth).toEqual({ added: 0, removed: 0, changed: 0 });
  });

  it('count copies one by one, and keep classes that were corrected since', async () => {
    const folder = await dataFolder();
    await arrays(folder, [1, 1, 1, 2, 2, 3, 4, 5, 6, 7]);
    const first = (await importFrom(folder, ['set'])).manifest;
    const labels = int32s(await readBlob(folder.blobs, first.blobs.labels!)).slice();
    labels[9] = 0;
    const corrected = await writeBlob(folder.blobs, new Uint8Array(labels.buffer));
    const mine = { ...first, blobs: { ...first.blobs, labels: corrected } };
    await arrays(folder, [1, 1, 2, 2, 2, 3, 4, 5, 6, 7]);
    const { manifest, growth } = await again(folder, mine, first);
    expect(growth).toEqual({ added: 1, removed: 1, changed: 0 });
    const found = await contents(folder, manifest);
    expect(found.map(({ label }) => label)).toEqual(['1', '1', '2', '2', '2', '0', '1', '2', '0', '0']);
  });

  it('are IDX files as well; arrays of another shape are refused', async () => {
    const folder = await dataFolder();
    const idx = (count: number, width = 3) =>
      writeFiles(folder.path, {
        'set/images-idx3-ubyte': idxBytes(
          [count, 4, width],
          Array.from({ length: count * 4 * width }, (_, i) => (Math.floor(i / (4 * width)) * (1 + (i % 12))) % 251),
        ),
        'set/labels-idx1-ubyte': idxBytes(
          [count],
          Array.from({ length: count }, (_, i) => i % 3),
        ),
      });
    await idx(30);
    const first = (await importFrom(folder, ['set'])).manifest;
    await idx(36);
    const { manifest, growth } = await again(folder, first);
    expect(growth).toEqual({ added: 6, removed: 0, changed: 0 });
    expect(manifest.samples).toBe(36);
    await idx(30, 5);
    expect(await failure(again(folder, first))).toMatchObject({
      code: 'cannot_grow',
      message: expect.stringMatching(/4 × 5 × 1 now, and held some of 4 × 3 × 1/) as unknown,
    });
  });
});
