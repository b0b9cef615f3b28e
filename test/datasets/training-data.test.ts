import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { featureCount, maxCategories, type TableEncoder } from '../../src-main/datasets/encode/encoder.ts';
import { encodeTableRows, loadTrainingData, type TrainingData } from '../../src-main/datasets/training-data.ts';
import { splitNames } from '../../src-main/shared/dataset.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { idxPair } from '../support/data-idx.ts';
import { csvText, mixedTable } from '../support/data-table.ts';

async function loaded(text: string, target?: string) {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'data.csv': text });
  const { manifest } = await importFrom(folder, ['data.csv'], target === undefined ? {} : { target });
  return { manifest, folder, data: await loadTrainingData(folder.blobs, manifest) };
}

const columnOf = (data: TrainingData, split: 'train' | 'test', at: number): number[] => {
  const { x, count } = data.splits[split];
  const width = x.length / count;
  return Array.from({ length: count }, (_, i) => x[i * width + at]);
};

describe('a table', () => {
  it('is scaled by its training split alone', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `${i * i},${i % 7},${i % 2 ? 'a' : 'b'}`);
    const { data } = await loaded(`big,small,label\n${lines.join('\n')}\n`);
    const train = columnOf(data, 'train', 0);
    const mean = train.reduce((a, b) => a + b, 0) / train.length;
    const std = Math.sqrt(train.reduce((a, b) => a + (b - mean) ** 2, 0) / train.length);
    expect(mean).toBeCloseTo(0, 6);
    expect(std).toBeCloseTo(1, 6);
    const test = columnOf(data, 'test', 0);
    expect(Math.abs(test.reduce((a, b) => a + b, 0) / test.length)).toBeGreaterThan(1e-4);
  });

  it('is the same every time, also wide and in several batches of columns', async () => {
    const names = Array.from({ length: 70 }, (_, i) => `f${i}`);
    const lines = Array.from({ length: 90 }, (_, r) =>
      [...names.map((_, c) => (r * 7 + c * 13) % 31), r % 3 ? 'x' : 'y'].join(','),
    );
    const { data, folder, manifest } = await loaded(`${names.join(',')},label\n${lines.join('\n')}\n`);
    expect(data.input).toEqual({ kind: 'table', features: 70 });
    expect(await loadTrainingData(folder.blobs, manifest)).toEqual(data);
    const rows = Array.from(data.splits.test.indices, (sample) => lines[sample].split(','));
    expect(encodeTableRows(data.encoder as TableEncoder, rows, [...names, 'label']).x).toEqual(data.splits.test.x);
  });

  it('keeps the commonest categories and shares one place for the rest', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `c${i % 100 < 50 ? i % 10 : i % 97},${i % 2 ? 'a' : 'b'}`);
    const { data } = await loaded(`city,label\n${lines.join('\n')}\n`);
    const encoder = data.encoder as TableEncoder;
    expect(encoder.categories[0].values).toHaveLength(maxCategories);
    expect(encoder.categories[0].values[0]).toMatch(/^c\d$/);
    expect(featureCount(encoder)).toBe(maxCategories + 1);
    const { x, count } = data.splits.test;
    for (let i = 0; i < count; i++) {
      const row = x.subarray(i * (maxCategories + 1), (i + 1) * (maxCategories + 1));
      expect([...row].reduce((a, b) => a + b)).toBe(1);
    }
  });

  it('has what training never saw as zeros, and missing as a place of its own', () => {
    const encoder: TableEncoder = {
      kind: 'table',
      numbers: [],
      categories: [{ column: 'c', values: ['x', '', 'y'], other: false }],
      target: { task: 'classification', column: 'label', classes: ['a', 'b'] },
    };
    const { x, y } = encodeTableRows(
      encoder,
      [
        ['x', 'b'],
        [null, 'a'],
        ['new', 'none'],
        [' NA ', null],
      ],
      ['c', 'label'],
    );
    expect([...x]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
    expect([...y]).toEqual([1, 0, -1, -1]);
  });

  it('has categories as numbers where asked to, all of them, and 0 for what training never saw', async () => {
    const lines = Array.from({ length: 600 }, (_, i) => `u${i % 150},${i % 3 ? 'a' : 'b'},${i / 7}`);
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'data.csv': `user,item,rating\n${lines.join('\n')}\n` });
    const { manifest } = await importFrom(folder, ['data.csv']);
    const data = await loadTrainingData(folder.blobs, manifest, undefined, { indexed: true });
    const encoder = data.encoder as TableEncoder;
    const [user, item] = encoder.categories;
    expect([user.indexed, user.other]).toEqual([true, false]);
    expect(user.values.length).toBeGreaterThan(2 * maxCategories);
    expect(featureCount(encoder)).toBe(2);
    const { x, indices } = data.splits.train;
    for (let i = 0; i < indices.length; i++) {
      const [u, f] = lines[indices[i]].split(',');
      expect([user.values[x[2 * i] - 1], item.values[x[2 * i + 1] - 1]]).toEqual([u, f]);
    }
    const rows = encodeTableRows(encoder, [['nobody', 'b', null]], ['user', 'item', 'rating']);
    expect([...rows.x]).toEqual([0, 1 + item.values.indexOf('b')]);
  });

  it('estimates a value on a standard scale', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `${i / 4},${(i * 1.5 + 7.25).toFixed(2)}`);
    const { data, manifest } = await loaded(`x,price\n${lines.join('\n')}\n`);
    expect(manifest).toMatchObject({ task: 'regression', splitSource: 'random' });
    const { target } = data.encoder as TableEncoder;
    if (target?.task !== 'regression') throw new Error('not a regression');
    const { y, indices } = data.splits.test;
    for (let i = 0; i < y.length; i++) expect(y[i] * target.std + target.mean).toBeCloseTo(indices[i] * 1.5 + 7.25, 3);
  });

  it('is encoded by an older encoder as it is, classes it never knew left out', async () => {
    const table = mixedTable(200);
    const { data, folder } = await loaded(csvText(table));
    const other = table.rows.map((row, i) => (i < 50 ? [...row.slice(0, -1), 'never'] : row));
    await writeFiles(folder.path, { 'other.csv': csvText({ names: table.names, rows: other }) });
    const { manifest } = await importFrom(folder, ['other.csv']);
    const again = await loadTrainingData(folder.blobs, manifest, data.encoder);
    expect(again.classes).toEqual(data.classes);
    expect(splitNames.reduce((sum, split) => sum + again.splits[split].count, 0)).toBe(150);
  });

  it('says which columns are missing', async () => {
    const { data, folder } = await loaded(csvText(mixedTable(100)));
    await writeFiles(folder.path, { 'less.csv': 'age,label\n1,no\n2,yes\n' });
    const { manifest } = await importFrom(folder, ['less.csv']);
    const error = await failure(loadTrainingData(folder.blobs, manifest, data.encoder));
    expect(error).toMatchObject({ code: 'missing_columns' });
    expect(error.message).toContain('amount, ratio');
  });

  it('of free text alone is read as text, and only so', async () => {
    const lines = Array.from(
      { length: 60 },
      (_, i) => `${i % 2 ? 'ham' : 'spam'}\tthis is message number ${i} of the whole set`,
    );
    const { folder, manifest, data } = await loaded(`${lines.join('\n')}\n`);
    expect(data).toMatchObject({ kind: 'text', task: 'classification', classes: ['ham', 'spam'] });
    expect(data.input).toEqual({ kind: 'text', length: 16, vocabulary: 12 });
    expect(data.splits.train.x).toBeInstanceOf(Int32Array);
    const asTable = loadTrainingData(folder.blobs, manifest, undefined, { text: null });
    await expect(asTable).rejects.toMatchObject({ code: 'no_features' });
  });
});

describe('images', () => {
  it('are laid into their splits as stored', async () => {
    const folder = await dataFolder();
    const { images, labels } = idxPair(200);
    await writeFiles(folder.path, { 'x-images': images, 'x-labels': labels });
    const { manifest } = await importFrom(folder, ['x-images', 'x-labels']);
    const data = await loadTrainingData(folder.blobs, manifest);
    expect(data.input).toEqual({ kind: 'image', height: 4, width: 3, channels: 1 });
    expect(data.encoder).toEqual({ kind: 'images', image: manifest.image, classes: ['0', '1', '2'] });
    for (const name of splitNames) {
      const { x, y, indices, count } = data.splits[name];
      expect(x).toHaveLength(count * 12);
      indices.forEach((sample, i) => expect([x[i * 12], x[i * 12 + 11], y[i]]).toEqual([sample, sample, sample % 3]));
    }
  });

  it('of another size than the model takes are refused', async () => {
    const folder = await dataFolder();
    const { images, labels } = idxPair(30);
    await writeFiles(folder.path, { 'x-images': images, 'x-labels': labels });
    const { manifest } = await importFrom(folder, ['x-images', 'x-labels']);
    const encoder = {
      kind: 'images' as const,
      image: { height: 28, width: 28, channels: 1 },
      classes: ['0', '1', '2'],
    };
    const error = await failure(loadTrainingData(folder.blobs, manifest, encoder));
    expect(error).toMatchObject({ code: 'image_size_differs' });
    expect(error.message).toContain('28 × 28');
  });
});

it('encodes irises', async () => {
  const iris = await readFile(new URL('../../resources/samples/iris.csv', import.meta.url), 'utf8');
  const { data, manifest } = await loaded(iris);
  expect(manifest.target).toBe('species');
  expect(data.classes).toEqual(['setosa', 'versicolor', 'virginica']);
  expect(data.splits.train.count).toBe(105);
});
