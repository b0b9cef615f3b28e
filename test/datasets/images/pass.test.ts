import { appendFile, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ImportContext } from '../../../src-main/datasets/import-context.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { grey, png } from '../../support/data-pictures.ts';
import { tarOf } from '../../support/archives.ts';

const names = (count: number) =>
  Array.from({ length: count }, (_, i) => `${i % 2 ? 'dog' : 'cat'}/${100 + i}.png`).sort();

/** One of so many that the look at some of them (see `chooseSize`) passes over. */
function unseen(count: number): number {
  const step = Math.max(1, count / 128);
  const seen = new Set(Array.from({ length: 33 }, (_, i) => Math.floor((i * step * 7919) % count)));
  return Array.from({ length: count }, (_, i) => i).findLast((i) => !seen.has(i))!;
}

/** 40 images in two classes, one of them damaged; the first 12 grey. */
async function set() {
  const folder = await dataFolder();
  const unfinished = join(folder.blobs, 'unfinished', 'job');
  const files: Record<string, Uint8Array> = {};
  for (const [i, name] of names(40).entries()) {
    files[`set/${name}`] = i < 12 ? await grey(i * 3) : await png({ colour: { r: i, g: 100, b: 9 } });
  }
  files['set/cat/100.png'] = files['set/cat/100.png'].subarray(0, 60);
  await writeFiles(folder.path, files);
  await writeFiles(unfinished, {});
  return { folder, unfinished };
}

/** Ends as a process that dies: nothing is cleared away. What was noted by then is on the disk. */
async function cutAt(folder: Awaited<ReturnType<typeof dataFolder>>, unfinished: string, done: number): Promise<void> {
  const abort = new AbortController();
  const context: ImportContext = {
    signal: abort.signal,
    progress: (told) => {
      if (told.stage === 'decoding' && told.done === done) abort.abort(new Error('cut'));
    },
  };
  expect((await failure(importFrom(folder, ['set'], { unfinished }, context))).message).toBe('cut');
}

/** Imports, and says how many image files were read for it. */
async function counted(folder: Awaited<ReturnType<typeof dataFolder>>, unfinished: string) {
  let first = -1;
  const progress: ImportContext['progress'] = ({ stage, done }) => {
    if (stage === 'decoding' && first < 0) first = done;
  };
  const { manifest } = await importFrom(folder, ['set'], { unfinished }, { ...quietContext(), progress });
  return { manifest, before: first };
}

afterEach(() => void vi.restoreAllMocks());

describe('an import of images that was cut short', () => {
  // Each file's end is noted at once, as if a second had passed.
  const everyFile = () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 2000));
  };

  // Images of one size are decoded and noted by 32.
  it.each([
    [3, 32],
    [32, 32],
    [33, 40],
  ])('cut at image %i it goes on behind the %i that were done, and gives the very same', async (done, noted) => {
    everyFile();
    const { folder, unfinished } = await set();
    const whole = (await importFrom({ ...folder, blobs: join(folder.path, 'other') }, ['set'])).manifest;
    await cutAt(folder, unfinished, done);
    const { manifest, before } = await counted(folder, unfinished);
    expect(before).toBe(noted);
    expect(manifest).toEqual(whole);
  });

  it('reads again from the first file on that is another by now', async () => {
    everyFile();
    const { folder, unfinished } = await set();
    await cutAt(folder, unfinished, 30);
    await writeFile(join(folder.path, 'set', names(40)[17]), await png({ colour: { r: 1, g: 1, b: 200 } }));
    const { manifest, before } = await counted(folder, unfinished);
    expect(before).toBe(17);
    expect(manifest).toEqual((await importFrom(folder, ['set'])).manifest);
    await cutAt(folder, unfinished, 30);
    // A file of the same length, but of another time.
    await utimes(join(folder.path, 'set', names(40)[5]), new Date(1e12), new Date(1e12));
    expect((await counted(folder, unfinished)).before).toBe(5);
  });

  it.each([
    [
      'a log cut off in a line',
      async (at: string) => truncate(join(at, 'log'), (await stat(join(at, 'log'))).size - 9),
      (n: number) => n === 31,
    ],
    ['a damaged line', async (at: string) => appendFile(join(at, 'log'), '[nonsense\n[]\n'), (n: number) => n === 32],
    ['pixels that are missing', async (at: string) => truncate(join(at, 'pixels-3'), 100), (n: number) => n === 0],
    ['no log', async (at: string) => rm(join(at, 'log')), (n: number) => n === 0],
  ])('survives %s', async (_, damage, fits) => {
    everyFile();
    const { folder, unfinished } = await set();
    await cutAt(folder, unfinished, 30);
    const [pass] = (await readdir(unfinished)).filter((name) => name !== 'blobs');
    await damage(join(unfinished, pass));
    const { manifest, before } = await counted(folder, unfinished);
    expect(before).toSatisfy(fits);
    expect(manifest).toEqual((await importFrom(folder, ['set'])).manifest);
  });

  it('does not look again for one size that it knows not to be everyone’s', async () => {
    everyFile();
    const { folder, unfinished } = await set();
    const odd = unseen(40);
    await writeFile(join(folder.path, 'set', names(40)[odd]), await png({ width: 20, height: 6 }));
    const told: number[] = [];
    const abort = new AbortController();
    const progress: ImportContext['progress'] = ({ stage, done }) => {
      if (stage === 'decoding') told.push(done);
      // In the second pass, at the size that all are scaled to.
      if (told.length > odd + 1 && done === 30) abort.abort();
    };
    await failure(importFrom(folder, ['set'], { unfinished }, { signal: abort.signal, progress }));
    expect(told.filter((done) => done === 1)).toHaveLength(2);
    const { manifest, before } = await counted(folder, unfinished);
    expect(before).toBe(30);
    expect(manifest.notes).toContainEqual(expect.objectContaining({ code: 'resized' }));
    expect(manifest).toEqual((await importFrom(folder, ['set'])).manifest);
  });

  it('goes on inside an archive', async () => {
    everyFile();
    const { folder, unfinished } = await set();
    const packed: Record<string, Uint8Array> = {};
    for (const name of names(40)) packed[name] = await readFile(join(folder.path, 'set', name));
    await writeFile(join(folder.path, 'set.tar'), await tarOf(packed));
    const abort = new AbortController();
    const progress: ImportContext['progress'] = (told) =>
      told.stage === 'decoding' && told.done === 20 && abort.abort();
    await failure(importFrom(folder, ['set.tar'], { unfinished }, { signal: abort.signal, progress }));
    let first = -1;
    const watching: ImportContext['progress'] = (told) => {
      if (told.stage === 'decoding' && first < 0) first = told.done;
    };
    const { manifest } = await importFrom(
      folder,
      ['set.tar'],
      { unfinished },
      { ...quietContext(), progress: watching },
    );
    expect(first).toBe(32);
    expect(manifest).toEqual((await importFrom(folder, ['set.tar'])).manifest);
  });

  it('leaves nothing where nothing is to be kept', async () => {
    const { folder } = await set();
    const { manifest } = await importFrom(folder, ['set']);
    expect(await filesIn(folder.blobs)).toHaveLength(new Set(Object.values(manifest.blobs)).size);
  });
});
