import { cp, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageNames } from '../../../src-main/datasets/divide/keys.ts';
import { readOriginal } from '../../../src-main/datasets/images/original.ts';
import { readOriginalFile } from '../../../src-main/datasets/images/pixels.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { checkOriginals } from '../../../src-main/datasets/originals/check.ts';
import { relink } from '../../../src-main/datasets/originals/relink.ts';
import { loadTrainingData } from '../../../src-main/datasets/training-data.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { tarOf, zipOf } from '../../support/archives.ts';
import { png } from '../../support/data-pictures.ts';

type Folder = Awaited<ReturnType<typeof dataFolder>>;

const picture = (i: number, side = 9) => png({ width: side, height: side, colour: { r: i * 7, g: i * 3, b: 40 } });

/** `set/cat/0.png`, `set/dog/1.png`, … */
async function photos(folder: Folder, count = 12, side = 9): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) files[`set/${i % 2 ? 'dog' : 'cat'}/${i}.png`] = await picture(i, side);
  await writeFiles(folder.path, files);
}

async function referenced(folder: Folder, count = 12): Promise<Manifest> {
  await photos(folder, count);
  return (await importFrom(folder, ['set'], { originals: 'referenced' })).manifest;
}

const at = (folder: Folder, path: string) => join(folder.path, path);
const sampleOf = async ({ blobs }: Folder, manifest: Manifest, name: string) =>
  (await imageNames(blobs, manifest)).indexOf(name);

describe('image files that are copied', () => {
  it('are kept byte for byte, also the large ones among small pictures, and without those that are refused', async () => {
    const folder = await dataFolder();
    await photos(folder, 40);
    // Bytes behind a PNG's end are of no concern to decoders.
    const large = Buffer.concat([await picture(3), Buffer.alloc(100_000, 7)]);
    await writeFiles(folder.path, { 'set/dog/3.png': large, 'set/cat/4.png': Buffer.from('no picture') });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.rejected.map(({ where }) => where)).toEqual(['cat/4.png']);
    for (const [sample, name] of (await imageNames(folder.blobs, manifest)).entries()) {
      const file = await readFile(at(folder, `set/${name}`));
      expect(Buffer.from((await readOriginalFile(folder.blobs, manifest, sample))!), name).toEqual(file);
    }
    await expect(checkOriginals(folder.blobs, manifest)).rejects.toMatchObject({ code: 'no_original' });
  });
});

describe('image files that are left where they are', () => {
  it('are not stored, are read from their place, and are not needed to train', async () => {
    const folder = await dataFolder();
    const manifest = await referenced(folder);
    expect(manifest.blobs).not.toHaveProperty('originals');
    const sample = await sampleOf(folder, manifest, 'dog/5.png');
    const file = await readFile(at(folder, 'set/dog/5.png'));
    expect(await readOriginal(folder.blobs, manifest, sample)).toMatchObject({ turn: true, width: 9, height: 9 });
    expect(Buffer.from((await readOriginal(folder.blobs, manifest, sample)).bytes)).toEqual(file);
    expect(await checkOriginals(folder.blobs, manifest)).toEqual({
      files: 12,
      present: 12,
      missing: 0,
      changed: 0,
      unsure: 0,
      folders: [at(folder, 'set')],
      first: [],
    });
    await rm(at(folder, 'set'), { recursive: true });
    const training = await loadTrainingData(folder.blobs, manifest);
    expect(splitNames.reduce((sum, name) => sum + training.splits[name].count, 0)).toBe(12);
  });

  it('are told from other ones: missing, changed though of the same size, or only of another date', async () => {
    const folder = await dataFolder();
    const manifest = await referenced(folder);
    await rm(at(folder, 'set/cat/0.png'));
    const other = await readFile(at(folder, 'set/dog/1.png'));
    other[other.length - 20] ^= 1;
    await writeFile(at(folder, 'set/dog/1.png'), other);
    await utimes(at(folder, 'set/dog/1.png'), 1e9, 1e9);
    await utimes(at(folder, 'set/cat/2.png'), 1e9, 1e9);
    await writeFile(at(folder, 'set/dog/3.png'), await picture(3, 10));
    await rm(at(folder, 'set/cat/4.png'));
    await mkdir(at(folder, 'set/cat/4.png'));
    const report = await checkOriginals(folder.blobs, manifest);
    expect(report).toMatchObject({ files: 12, present: 8, missing: 1, changed: 3, unsure: 0 });
    expect(report.first).toEqual([
      { name: 'cat/0.png', state: 'missing' },
      { name: 'cat/4.png', state: 'changed' },
      { name: 'dog/1.png', state: 'changed' },
      { name: 'dog/3.png', state: 'changed' },
    ]);
    const failed = async (name: string) =>
      failure(readOriginal(folder.blobs, manifest, await sampleOf(folder, manifest, name)));
    expect(await failed('cat/0.png')).toMatchObject({
      code: 'original_missing',
      message: expect.stringMatching(/set\/cat\/0\.png is not there any more.*atelier data relink/s) as unknown,
    });
    expect((await failed('dog/1.png')).code).toBe('original_changed');
    expect((await failed('cat/4.png')).code).toBe('original_changed');
    expect(await readOriginal(folder.blobs, manifest, await sampleOf(folder, manifest, 'cat/2.png'))).toBeTruthy();
  });

  it('cannot be those of an archive, of arrays or of a table, and the offer says so', async () => {
    const folder = await dataFolder();
    await photos(folder, 4);
    const files = await Promise.all(
      ['cat/0.png', 'dog/1.png'].map(async (name) => [name, await readFile(at(folder, `set/${name}`))] as const),
    );
    await writeFiles(folder.path, {
      'set.zip': zipOf(Object.fromEntries(files)),
      'set.tar': await tarOf(Object.fromEntries(files)),
      'rows.csv': 'a,b\n1,2\n3,4\n',
    });
    const before = await filesIn(folder.blobs);
    for (const name of ['set.zip', 'set.tar', 'rows.csv']) {
      const error = await failure(importFrom(folder, [name], { originals: 'referenced' }));
      expect(error, name).toMatchObject({ code: 'cannot_reference' });
      expect((await offerImport([at(folder, name)]))[0].referable, name).toBe(false);
    }
    expect(await filesIn(folder.blobs)).toEqual(before);
    expect((await offerImport([at(folder, 'set')]))[0].referable).toBe(true);
  });

  it('are those of annotated images as well', async () => {
    const folder = await dataFolder();
    await photos(folder, 3);
    const xml = (name: string) =>
      `<annotation><filename>${name}</filename><size><width>9</width><height>9</height><depth>3</depth></size><object><name>eye</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>5</ymax></bndbox></object></annotation>`;
    await writeFiles(folder.path, {
      'set/cat/0.xml': xml('0.png'),
      'set/dog/1.xml': xml('1.png'),
      'set/cat/2.xml': xml('2.png'),
    });
    const { manifest } = await importFrom(folder, ['set'], { kind: 'voc', originals: 'referenced' });
    expect(manifest.blobs).not.toHaveProperty('originals');
    expect(await checkOriginals(folder.blobs, manifest)).toMatchObject({ files: 3, present: 3 });
    const file = await readFile(at(folder, 'set/cat/2.png'));
    const sample = await sampleOf(folder, manifest, 'cat/2.png');
    expect(Buffer.from((await readOriginal(folder.blobs, manifest, sample)).bytes)).toEqual(file);
  });

  it('go on where an import was cut short, as if it never had been', async () => {
    for (const originals of ['copied', 'referenced'] as const) {
      const folder = await dataFolder();
      await photos(folder, 120);
      const unfinished = at(folder, 'unfinished');
      await mkdir(unfinished);
      const stopped = new AbortController();
      const cut = importFrom(
        folder,
        ['set'],
        { originals, unfinished },
        {
          signal: stopped.signal,
          progress: ({ stage, done }) => {
            if (stage === 'decoding' && done === 70) stopped.abort(new Error('cut short'));
          },
        },
      );
      await expect(cut).rejects.toThrow('cut short');
      const { manifest } = await importFrom(folder, ['set'], { originals, unfinished });
      const fresh = await dataFolder();
      await cp(at(folder, 'set'), at(fresh, 'set'), { recursive: true, preserveTimestamps: true });
      const { manifest: whole } = await importFrom(fresh, ['set'], { originals });
      const { references: here, ...blobs } = manifest.blobs;
      const { references: there, ...wanted } = whole.blobs;
      expect(blobs).toEqual(wanted);
      expect(here !== undefined).toBe(originals === 'referenced');
      expect(there !== undefined).toBe(originals === 'referenced');
      if (here) expect(await checkOriginals(folder.blobs, manifest)).toMatchObject({ present: 120 });
    }
  });

  it('stay so when the source has grown', async () => {
    const folder = await dataFolder();
    const first = await referenced(folder);
    await photos(folder, 15);
    await rm(at(folder, 'set/cat/0.png'));
    const { manifest, growth } = await importFrom(folder, ['set'], {
      originals: 'referenced',
      into: { manifest: first, base: first },
    });
    expect(growth).toEqual({ added: 3, removed: 1, changed: 0 });
    expect(await checkOriginals(folder.blobs, manifest)).toMatchObject({ files: 14, present: 14 });
    for (const [sample, name] of (await imageNames(folder.blobs, manifest)).entries()) {
      const file = await readFile(at(folder, `set/${name}`));
      expect(Buffer.from((await readOriginal(folder.blobs, manifest, sample)).bytes), name).toEqual(file);
    }
  });
});

describe('relinking', () => {
  const find = (folder: Folder, manifest: Manifest, path: string) =>
    relink({ blobs: folder.blobs, manifest, folder: at(folder, path) }, quietContext());

  it('finds a folder that was moved, chosen itself or by the one around it, and says where the source is now', async () => {
    for (const chosen of ['disk/photos/set', 'disk']) {
      const folder = await dataFolder();
      const manifest = await referenced(folder);
      await mkdir(at(folder, 'disk/photos'), { recursive: true });
      await rename(at(folder, 'set'), at(folder, 'disk/photos/set'));
      const found = await find(folder, manifest, chosen);
      expect(found).toMatchObject({
        found: 12,
        missing: 0,
        changed: 0,
        moved: true,
        change: `originals found in ${at(folder, chosen)}: 12 of 12`,
        root: { before: at(folder, 'set'), now: at(folder, 'disk/photos/set') },
      });
      const { references: before, ...same } = manifest.blobs;
      const { references: now, ...still } = found.manifest.blobs;
      expect(still).toEqual(same);
      expect(now).not.toBe(before);
      expect(await checkOriginals(folder.blobs, found.manifest)).toMatchObject({ present: 12, missing: 0 });
    }
  });

  it('finds renamed files by their content, keeps what is where it was, and counts the rest', async () => {
    const folder = await dataFolder();
    const manifest = await referenced(folder);
    await mkdir(at(folder, 'new'));
    await rename(at(folder, 'set/cat/0.png'), at(folder, 'new/another name.png'));
    await rm(at(folder, 'set/cat/2.png'));
    await rm(at(folder, 'set/dog/3.png'));
    // Of the right name and size, and other content: not the file.
    const wrong = await picture(3);
    wrong[wrong.length - 20] ^= 1;
    await writeFiles(folder.path, { 'new/dog/3.png': wrong });
    const found = await find(folder, manifest, 'new');
    expect(found).toMatchObject({ found: 1, missing: 2, changed: 1, moved: true, root: { now: at(folder, 'set') } });
    expect(await checkOriginals(folder.blobs, found.manifest)).toMatchObject({ present: 10, missing: 2 });
    const sample = await sampleOf(folder, manifest, 'cat/0.png');
    const { bytes } = await readOriginal(folder.blobs, found.manifest, sample);
    expect(Buffer.from(bytes)).toEqual(await readFile(at(folder, 'new/another name.png')));
    // An older version finds it where a newer one has.
    expect((await failure(readOriginal(folder.blobs, manifest, sample))).code).toBe('original_missing');
    const older = await readOriginal(folder.blobs, manifest, sample, found.manifest);
    expect(Buffer.from(older.bytes)).toEqual(Buffer.from(bytes));
    expect(await checkOriginals(folder.blobs, manifest, found.manifest)).toMatchObject({ present: 10, missing: 2 });
  });

  it('changes nothing where all is known, refuses a folder that holds none, and follows no link', async () => {
    const folder = await dataFolder();
    const manifest = await referenced(folder);
    expect(await find(folder, manifest, 'set')).toMatchObject({ found: 12, moved: false, manifest });
    await mkdir(at(folder, 'other'));
    await writeFiles(folder.path, { 'other/x.png': await picture(99) });
    const before = await filesIn(folder.blobs);
    expect(await failure(find(folder, manifest, 'other'))).toMatchObject({ code: 'originals_not_found' });
    expect(await failure(find(folder, manifest, 'nowhere'))).toMatchObject({ code: 'source_vanished' });
    await symlink(at(folder, 'set'), at(folder, 'other/set'));
    expect(await failure(find(folder, manifest, 'other'))).toMatchObject({ code: 'originals_not_found' });
    expect(await filesIn(folder.blobs)).toEqual(before);
    const { manifest: copied } = await importFrom(folder, ['set']);
    expect(await failure(find(folder, copied, 'set'))).toMatchObject({ code: 'no_original' });
  });
});
