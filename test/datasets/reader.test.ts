import { expect, it } from 'vitest';
import { SampleReader } from '../../src-main/datasets/reader.ts';
import { shownText, type SampleQuery } from '../../src-main/shared/dataset.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../support/data-import.ts';
import { idxPair } from '../support/data-idx.ts';

async function tableReader() {
  const folder = await dataFolder();
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `${(i * 37) % 1000},${i % 10 === 0 ? '' : `v${i % 5}`},${i % 2 ? 'b' : 'a'}`,
  );
  await writeFiles(folder.path, { 'data.csv': `n,c,label\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['data.csv']);
  const reader = new SampleReader();
  const page = (query: Partial<SampleQuery>) =>
    reader.page(folder.blobs, manifest, { version: 'dv' as VersionId, offset: 0, limit: 5, ...query });
  return { manifest, page };
}

it('pages through a table as it lies', async () => {
  const { page } = await tableReader();
  const last = await page({ offset: 997, limit: 50 });
  expect(last.total).toBe(1000);
  expect(last.indices).toEqual([997, 998, 999]);
  expect(last.rows?.[0]).toEqual([String((997 * 37) % 1000), 'v2', 'b']);
  expect(last.labels).toEqual(['b', 'a', 'b']);
  expect((await page({ offset: 5000 })).indices).toEqual([]);
});

it('filters by split and class, and sorts numbers by value', async () => {
  const { page, manifest } = await tableReader();
  const found = await page({
    filter: [
      { kind: 'split', splits: ['test'] },
      { kind: 'class', classes: ['b'] },
    ],
    sort: { column: 'n', descending: true },
    limit: 500,
  });
  expect(found.total).toBe(manifest.splits.test / 2);
  expect(new Set(found.splits)).toEqual(new Set(['test']));
  expect(new Set(found.labels)).toEqual(new Set(['b']));
  const numbers = found.rows!.map((row) => Number(row[0]));
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  expect((await page({ sort: { column: 'n', descending: false } })).rows!.map((row) => row[0])).toEqual([
    '0',
    '1',
    '2',
    '3',
    '4',
  ]);
});

it('puts missing values last, whichever way it sorts', async () => {
  const { page } = await tableReader();
  for (const descending of [true, false]) {
    const end = await page({ sort: { column: 'c', descending }, offset: 995 });
    expect(end.rows!.map((row) => row[1])).toEqual([null, null, null, null, null]);
  }
});

it('answers questions that overlap', async () => {
  const { page } = await tableReader();
  const pages = await Promise.all(
    Array.from({ length: 8 }, (_, i) => page({ offset: i * 10, sort: { column: 'n', descending: i % 2 === 0 } })),
  );
  expect(pages.map((each) => each.indices.length)).toEqual(Array(8).fill(5));
});

it('gives the beginnings of long texts, and one alone whole', async () => {
  const folder = await dataFolder();
  const long = Array.from({ length: 30 }, (_, i) => `${i} ${'狗 runs '.repeat(200)}`.trim());
  await writeFiles(folder.path, {
    'data.csv': `text,kind\n${long.map((text, i) => `${text},${'ab'[i % 2]}`).join('\n')}`,
  });
  const { manifest } = await importFrom(folder, ['data.csv']);
  const page = (offset: number, limit: number) =>
    new SampleReader().page(folder.blobs, manifest, { version: 'dv' as VersionId, offset, limit });
  const several = await page(3, 2);
  expect(several.rows).toEqual([
    [long[3].slice(0, shownText), 'b'],
    [long[4].slice(0, shownText), 'a'],
  ]);
  expect((await page(3, 1)).rows).toEqual([[long[3], 'b']]);
});

it('refuses a column that is not there and odd offsets', async () => {
  const { page } = await tableReader();
  expect(await failure(page({ sort: { column: 'n"; DROP', descending: false } }))).toMatchObject({
    code: 'unknown_column',
  });
  expect(await failure(page({ offset: -1 }))).toMatchObject({ code: 'invalid_query' });
  expect((await page({ filter: [{ kind: 'class', classes: ["a' OR 1=1 --"] }] })).total).toBe(0);
});

it('pages through images by split and class', async () => {
  const folder = await dataFolder();
  const { images, labels } = idxPair(120);
  await writeFiles(folder.path, { 'x-images': images, 'x-labels': labels });
  const { manifest } = await importFrom(folder, ['x-images', 'x-labels']);
  const reader = new SampleReader();
  const found = await reader.page(folder.blobs, manifest, {
    version: 'dv' as VersionId,
    offset: 1,
    limit: 3,
    filter: [
      { kind: 'split', splits: ['train'] },
      { kind: 'class', classes: ['2'] },
    ],
  });
  expect(found.total).toBe(28);
  expect(found.indices).toHaveLength(3);
  expect(found.labels).toEqual(['2', '2', '2']);
  found.indices.forEach((sample, i) => {
    expect(sample % 3).toBe(2);
    expect([...found.pixels!.subarray(i * 12, (i + 1) * 12)]).toEqual(Array(12).fill(sample));
  });
  const picked = await reader.pick(folder.blobs, manifest, [7, 2]);
  expect(picked.names).toEqual(['x-images#7', 'x-images#2']);
});
