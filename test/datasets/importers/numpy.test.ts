import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { zipOf } from '../../support/archives.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { float32, int64, npy, npyWith, raw, uint8 } from '../../support/data-npy.ts';
import { survivesHostileInput } from '../../support/hostile.ts';
import { importedTable } from '../../support/read-back.ts';

const images = (count: number): Buffer => uint8([count, 4, 3], (i) => i % 251);
const labels = (count: number): Buffer => int64([count], (i) => i % 3);

importerContract('npz images', {
  kind: 'image-array',
  samples: 90,
  classes: ['0', '1', '2'],
  async write(folder) {
    await writeFiles(folder, {
      'source/set.npz': zipOf({
        'x_train.npy': images(60),
        'y_train.npy': labels(60),
        'x_test.npy': images(30),
        'y_test.npy': labels(30),
      }),
    });
    return ['source/set.npz'];
  },
});

importerContract('npy rows', {
  kind: 'table',
  samples: 120,
  classes: ['0', '1', '2'],
  async write(folder) {
    await writeFiles(folder, { 'source/x.npy': float32([120, 5], (i) => Math.sin(i)), 'source/y.npy': labels(120) });
    return ['source'];
  },
});

async function imported(files: Record<string, Buffer>, params = {}) {
  const folder = await dataFolder();
  await writeFiles(
    folder.path,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
  );
  const { manifest } = await importFrom(folder, ['set'], params);
  return {
    manifest,
    notes: manifest.notes.map(({ code }) => code),
    pixels: manifest.blobs.images ? [...(await readBlob(folder.blobs, manifest.blobs.images))] : [],
    labels: manifest.blobs.labels
      ? [...new Int32Array(new Uint8Array(await readBlob(folder.blobs, manifest.blobs.labels)).buffer)]
      : [],
  };
}

describe('images', () => {
  const pixel = (i: number): number => (i * 7) % 256;

  it('keep their pixels, labels and splits', async () => {
    const {
      manifest,
      pixels,
      labels: found,
    } = await imported({
      'train_images.npy': images(20),
      'train_labels.npy': labels(20),
      'test_images.npy': images(10),
      'test_labels.npy': npy(
        '|u1',
        [10, 1],
        Uint8Array.from({ length: 10 }, (_, i) => i % 3),
      ),
    });
    expect(manifest).toMatchObject({ splitSource: 'given', splits: { train: 17, validation: 3, test: 10 } });
    expect(manifest.image).toEqual({ height: 4, width: 3, channels: 1 });
    expect(pixels.slice(0, 240)).toEqual(Array.from({ length: 240 }, (_, i) => i % 251));
    expect(found.slice(20)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
  });

  it.each([
    ['last', [2, 2, 2, 3], (i: number) => pixel(i)],
    // Sample, row, column, channel of what is stored as sample, channel, row, column.
    ['first', [2, 3, 2, 2], (i: number) => pixel(Math.floor(i / 12) * 12 + (i % 3) * 4 + Math.floor((i % 12) / 3))],
  ])('may have their channels %s', async (where, shape, wanted) => {
    const { manifest, pixels, notes } = await imported({ 'x.npy': uint8(shape, pixel), 'y.npy': int64([2], (i) => i) });
    expect(manifest.image).toEqual({ height: 2, width: 2, channels: 3 });
    expect(pixels).toEqual(Array.from({ length: 24 }, (_, i) => wanted(i)));
    expect(notes.includes('channels_first')).toBe(where === 'first');
  });

  it.each([
    ['from 0 to 1', (i: number) => i / 11, (i: number) => Math.round((i / 11) * 255)],
    ['from 0 to 255', (i: number) => i * 20.4, (i: number) => Math.round(Math.fround(i * 20.4))],
    ['from -1 to 1', (i: number) => (i / 11) * 2 - 1, (i: number) => Math.round((i / 11) * 255)],
    ['of any range', (i: number) => i * 100 - 400, (i: number) => Math.round((i / 11) * 255)],
  ])('of floats %s become bytes', async (_, value, wanted) => {
    const { pixels, notes } = await imported({ 'x.npy': float32([3, 2, 2], value) });
    pixels.forEach((found, i) => expect(Math.abs(found - wanted(i))).toBeLessThanOrEqual(1));
    expect(notes).toEqual(expect.arrayContaining(['scaled', 'no_classes']));
  });

  it('of floats that are no numbers are black there', async () => {
    const { pixels } = await imported({ 'x.npy': float32([1, 2, 2], (i) => [0, 1, NaN, Infinity][i]) });
    expect(pixels).toEqual([0, 255, 0, 255]);
  });

  it('in any type and byte order are the same', async () => {
    const values = [0, 1, 200, 255, 7, 9, 100, 3];
    const big = raw(Uint16Array.from(values)).swap16();
    for (const bytes of [
      npy('>u2', [2, 2, 2], big),
      npy('<i8', [2, 2, 2], raw(BigInt64Array.from(values, BigInt))),
      npy('|u1', [2, 2, 2], Uint8Array.from([0, 7, 200, 100, 1, 9, 255, 3]), true),
    ]) {
      expect((await imported({ 'x.npy': bytes })).pixels).toEqual(values);
    }
    expect((await imported({ 'x.npy': npy('|b1', [1, 2, 2], Uint8Array.of(0, 1, 1, 0)) })).pixels).toEqual([
      0, 255, 255, 0,
    ]);
  });

  it('take their classes from texts, or from the array that is named', async () => {
    const words = ['猫', 'dog', '猫'];
    const unicode = Buffer.alloc(3 * 5 * 4);
    words.forEach((word, i) =>
      [...word].forEach((letter, k) => unicode.writeUInt32LE(letter.codePointAt(0)!, (i * 5 + k) * 4)),
    );
    const files = { 'x.npy': images(3), 'names.npy': npy('<U5', [3], unicode), 'y.npy': labels(3) };
    expect((await imported(files)).manifest.classes.map(({ name }) => name)).toEqual(['0', '1', '2']);
    const named = await imported(files, { target: 'names' });
    expect(named.manifest.classes).toEqual([
      { name: 'dog', count: 1 },
      { name: '猫', count: 2 },
    ]);
    expect(named.notes).toContain('arrays_left_out');
    expect(await failure(imported(files, { target: 'none' }))).toMatchObject({ code: 'unknown_column' });
  });

  it('larger than 64 pixels are scaled', async () => {
    const { manifest, notes } = await imported({ 'x.npy': uint8([2, 80, 40], () => 5) });
    expect(manifest.image).toEqual({ height: 64, width: 64, channels: 1 });
    expect(notes).toContain('resized');
  });
});

describe('tables', () => {
  it('have a column for each of the second dimension, and the labels', async () => {
    const table = await importedTable(
      { 'd/x.npy': float32([3, 2], (i) => i / 10), 'd/label.npy': npy('|S3', [3], Buffer.from('yesno\0yes')) },
      {},
      ['d'],
    );
    expect(table.names).toEqual(['column_1', 'column_2', 'label']);
    expect(table.rows).toEqual([
      ['0.0', '0.1', 'yes'],
      ['0.2', '0.3', 'no'],
      ['0.4', '0.5', 'yes'],
    ]);
    expect(table.manifest).toMatchObject({ target: 'label', task: 'classification' });
  });

  it('are made of rows in many blocks, splits among them', async () => {
    const table = await importedTable({
      'd.npz': zipOf({
        'X_test.npy': npy('<f8', [1000, 2], raw(Float64Array.from({ length: 2000 }, (_, i) => -i))),
        'X_train.npy': npy('<f8', [5000, 2], raw(Float64Array.from({ length: 10_000 }, (_, i) => i + 0.5))),
        'y_train.npy': float32([5000], (i) => i / 7),
        'y_test.npy': float32([1000], (i) => i / 7),
      }),
    });
    expect(table.names).toEqual(['column_1', 'column_2', 'label']);
    expect(table.manifest).toMatchObject({
      samples: 6000,
      task: 'regression',
      splitSource: 'given',
      splits: { test: 1000 },
    });
    expect(table.rows[1]).toEqual(['2.5', '3.5', '0.14285715']);
    expect(table.column('column_1')).toMatchObject({ type: 'number', min: -1998, max: 9998.5, missing: 0 });
  });

  it('are made of lists of one length, each a column', async () => {
    const table = await importedTable({
      'd.npz': zipOf({
        'age.npy': int64([4], (i) => 20 + i),
        'ok.npy': npy('|b1', [4], Uint8Array.of(1, 0, 1, 1)),
        'half.npy': npy('<f2', [4], Buffer.from('003c003800fc007e', 'hex')),
        'other.npy': int64([9], (i) => i),
      }),
    });
    expect(table.names).toEqual(['age', 'ok', 'half']);
    expect(table.rows).toEqual([
      ['20', 'true', '1.0'],
      ['21', 'false', '0.5'],
      ['22', 'true', '-inf'],
      ['23', 'true', null],
    ]);
    expect(table.notes).toContain('arrays_left_out');
  });

  it('in Fortran order are turned around', async () => {
    const table = await importedTable({ 'x.npy': npy('<i4', [2, 3], raw(Int32Array.of(1, 4, 2, 5, 3, 6)), true) });
    expect(table.rows).toEqual([
      ['1', '2', '3'],
      ['4', '5', '6'],
    ]);
  });

  it('take a column as the target', async () => {
    const { manifest } = await imported(
      { 'x.npy': float32([30, 3], (i) => i), 'y.npy': labels(30) },
      { target: 'column_2' },
    );
    expect(manifest).toMatchObject({ target: 'column_2', task: 'regression' });
  });

  it('are offered as what they are', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'a/x.npy': float32([3, 2], (i) => i),
      'a/y.npy': labels(3),
      'b.npz': zipOf({ 'i.npy': images(2) }),
    });
    expect(await offerImport([`${folder.path}/a`])).toMatchObject([{ kind: 'table', files: 2, target: 'y' }]);
    expect(await offerImport([`${folder.path}/b.npz`])).toMatchObject([{ kind: 'image-array', files: 1 }]);
  });
});

describe('bad input', () => {
  const x = float32([3, 2], (i) => i);
  it.each([
    ['pickled objects', { 'x.npy': npy('|O', [3], Buffer.from('\x80\x04\x95 a pickle', 'latin1')) }, 'npy_objects'],
    ['pickled labels', { 'x.npy': x, 'y.npy': npy('|O', [3], Buffer.from('\x80\x04', 'latin1')) }, 'npy_objects'],
    [
      'fields',
      {
        'x.npy': npyWith(
          "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (3,), }",
          Buffer.alloc(36),
        ),
      },
      'npy_type',
    ],
    ['complex numbers', { 'x.npy': npy('<c8', [2, 2], Buffer.alloc(32)) }, 'npy_type'],
    ['texts of absurd length', { 'x.npy': npy('<U99999999', [2], Buffer.alloc(8)) }, 'npy_type'],
    [
      'a shape past all memory',
      { 'x.npy': npy('<f8', [4_000_000_000, 4_000_000_000], Buffer.alloc(8)) },
      'npy_damaged',
    ],
    ['a shape past the file', { 'x.npy': npy('<f4', [1_000_000, 100], Buffer.alloc(64)) }, 'npy_truncated'],
    [
      'a program in the header',
      { 'x.npy': npyWith("__import__('os').system('true')", Buffer.alloc(8)) },
      'npy_damaged',
    ],
    ['one value', { 'x.npy': npy('<f4', [], Buffer.alloc(4)) }, 'npy_shape'],
    ['five dimensions', { 'x.npy': uint8([2, 2, 2, 2, 2], () => 1) }, 'npy_shape'],
    ['seven channels', { 'x.npy': uint8([2, 8, 8, 7], () => 1) }, 'npy_shape'],
    ['labels of another count', { 'x.npy': x, 'y.npy': labels(4) }, 'npy_labels'],
    ['labels of images that are measures', { 'x.npy': images(3), 'y.npy': float32([3], (i) => i / 2) }, 'npy_labels'],
    ['splits of different sizes', { 'x_train.npy': x, 'x_test.npy': float32([3, 4], (i) => i) }, 'npy_shape'],
    ['no rows', { 'x.npy': float32([0, 4], () => 0) }, 'no_rows'],
    ['no images', { 'x.npy': uint8([0, 4, 4], () => 0) }, 'no_samples'],
  ])('%s', async (_, files, code) => {
    const folder = await dataFolder();
    await writeFiles(
      folder.path,
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`set/${name}`, bytes])),
    );
    const error = await failure(importFrom(folder, ['set']));
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(/\.npy/);
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  survivesHostileInput('npy', async () => ({ name: 'x.npy', bytes: images(20), beside: { 'y.npy': labels(20) } }), 4);
  survivesHostileInput('npz', async () => ({ name: 'd.npz', bytes: zipOf({ 'x.npy': x, 'y.npy': labels(3) }) }));
});
