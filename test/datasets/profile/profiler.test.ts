import { expect, it } from 'vitest';
import { Profiler } from '../../../src-main/datasets/profile/profiler.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { csvText, mixedTable } from '../../support/data-table.ts';

it('a profile that nobody waits for any more is stopped, others are not', async () => {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'a.csv': csvText(mixedTable(300)), 'b.csv': csvText(mixedTable(200)) });
  const [{ manifest }, other] = [await importFrom(folder, ['a.csv']), await importFrom(folder, ['b.csv'])];
  const profiler = new Profiler();
  const [stopped, untouched] = [
    failure(profiler.profile(folder.blobs, manifest)),
    profiler.profile(folder.blobs, other.manifest),
  ];
  profiler.stop(manifest);
  expect(await stopped).toMatchObject({ code: 'stopped' });
  expect((await untouched).samples).toBe(200);
  expect((await profiler.profile(folder.blobs, manifest)).samples).toBe(300);
});

it('a profile tells how far it is, and one that is remembered has nothing to tell', async () => {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'a.csv': csvText(mixedTable(300)) });
  const { manifest } = await importFrom(folder, ['a.csv']);
  const told: { done: number; total: number }[] = [];
  const profiler = new Profiler();
  await profiler.profile(folder.blobs, manifest, (steps) => told.push(steps));
  const total = 2 + 2 * manifest.columns.length;
  expect(told).toEqual(Array.from({ length: total }, (_, done) => ({ done, total })));
  await profiler.profile(folder.blobs, manifest, (steps) => told.push(steps));
  expect(told).toHaveLength(total);
});

it('is stopped between two columns', async () => {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'a.csv': csvText(mixedTable(300)) });
  const { manifest } = await importFrom(folder, ['a.csv']);
  const profiler = new Profiler();
  const told: number[] = [];
  const stopped = profiler.profile(folder.blobs, manifest, ({ done }) => {
    told.push(done);
    if (done === 3) profiler.stop(manifest);
  });
  expect(await failure(stopped)).toMatchObject({ code: 'stopped' });
  expect(told).toEqual([0, 1, 2, 3]);
});
