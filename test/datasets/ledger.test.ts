import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import { derived } from '../../src-main/datasets/derived.ts';
import { notingBlobs, takeBackBlobs } from '../../src-main/datasets/ledger.ts';
import { dataFolder, filesIn } from '../support/data-import.ts';

const text = (words: string) => Buffer.from(words);

async function begun() {
  const { blobs, path } = await dataFolder();
  const folder = join(path, 'job');
  await mkdir(folder);
  return { blobs, folder };
}

it('takes back what a job added, and neither what was there before nor what is kept', async () => {
  const { blobs, folder } = await begun();
  const before = await writeBlob(blobs, text('before'));
  const [again, mine, kept] = await notingBlobs(folder, () =>
    Promise.all([
      writeBlob(blobs, text('before')),
      writeBlob(blobs, text('mine')),
      // Also where it is written a little later.
      new Promise((resolve) => setTimeout(resolve, 5)).then(() => writeBlob(blobs, text('kept'))),
    ]),
  );
  expect(again).toBe(before);
  const after = await writeBlob(blobs, text('after'));
  expect((await readFile(join(folder, 'blobs'), 'utf8')).trim().split('\n').sort()).toEqual([mine, kept].sort());
  expect(takeBackBlobs(blobs, folder, (hash) => hash === kept)).toBe(1);
  const names = (await filesIn(blobs)).map((path) => path.split('/').at(-1));
  expect(names.sort()).toEqual([before, kept, after].sort());
  expect(takeBackBlobs(blobs, folder, () => false)).toBe(0);
});

it('passes over lines that are no blobs: a note cut short, a path', async () => {
  const { blobs, folder } = await begun();
  const other = await writeBlob(blobs, text('other'));
  await appendFile(join(folder, 'blobs'), `../../etc/passwd\n${other.slice(0, 30)}`);
  expect(takeBackBlobs(blobs, folder, () => false)).toBe(0);
  expect(await filesIn(blobs)).toHaveLength(1);
});

it('leaves what can be used by others whatever becomes of the job', async () => {
  const { blobs, folder } = await begun();
  const make = () => Promise.resolve({ thing: text('derived') });
  await notingBlobs(folder, () => derived(blobs, { of: 'test' }, ['thing'], make));
  expect(takeBackBlobs(blobs, folder, () => false)).toBe(0);
  const found = await derived(blobs, { of: 'test' }, ['thing'], () => Promise.reject(new Error('made again')));
  expect(Buffer.from(found.thing).toString()).toBe('derived');
});
