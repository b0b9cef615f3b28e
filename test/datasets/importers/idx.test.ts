import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { idxBytes, idxPair } from '../../support/data-idx.ts';
import { importerContract } from '../../support/data-importer-contract.ts';

importerContract('idx', {
  kind: 'idx',
  samples: 120,
  classes: ['0', '1', '2'],
  async write(folder) {
    const train = idxPair(90);
    const test = idxPair(30);
    await writeFiles(folder, {
      'source/train-images-idx3-ubyte.gz': gzipSync(train.images),
      'source/train-labels-idx1-ubyte.gz': gzipSync(train.labels),
      'source/t10k-images-idx3-ubyte': test.images,
      'source/t10k-labels-idx1-ubyte': test.labels,
    });
    return ['source'];
  },
});

async function imported(files: Record<string, Uint8Array | string>, paths = ['.']) {
  const folder = await dataFolder();
  const inside = Object.fromEntries(Object.entries(files).map(([name, content]) => [`set/${name}`, content]));
  await writeFiles(folder.path, inside);
  const result = await importFrom(
    folder,
    paths.map((path) => `set/${path}`),
  );
  return { ...result, blobs: folder.blobs };
}

describe('pairs', () => {
  it('keep their order, their pixels and their splits, training first', async () => {
    const train = idxPair(20);
    const test = idxPair(10);
    const { manifest, blobs, suggestedName } = await imported({
      'a-test-images.idx3-ubyte': test.images,
      'a-test-labels.idx1-ubyte': test.labels,
      'a-train-images.idx3-ubyte': train.images,
      'a-train-labels.idx1-ubyte': train.labels,
    });
    expect(suggestedName).toBe('set');
    expect(manifest.splitSource).toBe('given');
    expect(manifest.splits).toEqual({ train: 17, validation: 3, test: 10 });
    expect(manifest.image).toEqual({ height: 4, width: 3, channels: 1 });
    const pixels = await readBlob(blobs, manifest.blobs.images!);
    expect(pixels).toEqual(new Uint8Array(Buffer.concat([train.images.subarray(16), test.images.subarray(16)])));
    const split = await readBlob(blobs, manifest.blobs.split);
    expect([...split.subarray(20)]).toEqual(Array(10).fill(2));
  });

  it('of one kind alone are divided here', async () => {
    const { images, labels } = idxPair(100);
    const { manifest } = await imported({ pictures: images, 'answers.gz': gzipSync(labels) }, [
      'pictures',
      'answers.gz',
    ]);
    expect(manifest.splitSource).toBe('stratified');
    expect(manifest.splits).toEqual({ train: 70, validation: 15, test: 15 });
  });

  it('take class names from classes.txt, and keep numbers where it does not fit', async () => {
    const { images, labels } = idxPair(30);
    const files = { 'x-images': images, 'x-labels': labels };
    const named = await imported({ ...files, 'classes.txt': 'cat\ndog\n狗\n' });
    expect(named.manifest.classes.map((each) => each.name)).toEqual(['cat', 'dog', '狗']);
    const short = await imported({ ...files, 'classes.txt': 'cat\ndog\n' });
    expect(short.manifest.classes.map((each) => each.name)).toEqual(['0', '1', '2']);
  });

  it('may be coloured', async () => {
    const { images, labels } = idxPair(12, { channels: 3 });
    expect((await imported({ 'x-images': images, 'x-labels': labels })).manifest.image).toEqual({
      height: 4,
      width: 3,
      channels: 3,
    });
  });

  it('larger than 64 pixels are scaled', async () => {
    const { images, labels } = idxPair(6, { height: 80, width: 40 });
    const { manifest, blobs } = await imported({ 'x-images': images, 'x-labels': labels });
    expect(manifest.image).toEqual({ height: 64, width: 64, channels: 1 });
    expect(manifest.notes.map((note) => note.code)).toEqual(['resized']);
    const pixels = await readBlob(blobs, manifest.blobs.images!);
    // The sixth image, of fives: black beside, fives in the middle.
    expect([pixels[5 * 4096 + 64 * 32], pixels[5 * 4096 + 64 * 32 + 32]]).toEqual([0, 5]);
  });
});

describe('bad input', () => {
  const { images, labels } = idxPair(30);
  it.each([
    ['images without labels', { 'x-images': images }, 'idx_labels_missing', 'x-images'],
    ['labels without images', { 'x-labels': labels }, 'idx_images_missing', 'x-labels'],
    ['labels of another count', { 'x-images': images, 'x-labels': idxPair(29).labels }, 'idx_count_differs', '29'],
    ['a cut file', { 'x-images': images.subarray(0, 200), 'x-labels': labels }, 'idx_truncated', 'x-images'],
    ['a cut gzip', { 'x-images': gzipSync(images).subarray(0, 60), 'x-labels': labels }, 'idx_truncated', 'x-images'],
    [
      'a damaged gzip',
      { 'x-images': damaged(gzipSync(images, { level: 0 })), 'x-labels': labels },
      'idx_truncated',
      'x-images',
    ],
    [
      'a header that claims 4 billion images',
      { 'x-images': idxBytes([0xffffffff, 28, 28], [1, 2]), 'x-labels': labels },
      'idx_count_differs',
      '4294967295',
    ],
    [
      'lying headers on both',
      { 'x-images': idxBytes([4e9, 28, 28], [1, 2]), 'x-labels': idxBytes([4e9], [1]) },
      'idx_truncated',
      'x-images',
    ],
    ['floats', { 'x-images': idxBytes([2, 2, 2], Array(32).fill(0), 0x0d), 'x-labels': labels }, 'idx_type', 'float32'],
    [
      'pages as images',
      { 'x-images': idxBytes([2, 9000, 9000], [1]), 'x-labels': idxBytes([2], [0, 1]) },
      'idx_shape',
      '9000',
    ],
    [
      'no images at all',
      { 'x-images': idxBytes([0, 28, 28], []), 'x-labels': idxBytes([0], []) },
      'no_samples',
      'x-images',
    ],
  ])('%s', async (_, files, code, word) => {
    const folder = await dataFolder();
    await writeFiles(
      folder.path,
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
    );
    const error = await failure(importFrom(folder, ['set']));
    expect(error.code).toBe(code);
    expect(error.message).toContain(word);
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 100, 110);
  copy[copy.length - 6] ^= 0x55;
  return copy;
}
