import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoredSounds } from '../../../src-main/datasets/audio/stored.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import { fileName } from '../../../src-main/datasets/exporters/file-name.ts';
import { readOriginalFile, readPixels } from '../../../src-main/datasets/images/pixels.ts';
import { namedLabels } from '../../../src-main/datasets/labels.ts';
import { eachRowOf } from '../../../src-main/datasets/tables/each-row.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import { formatsFor, type DataExportParams } from '../../../src-main/shared/work/export-data.ts';
import { idxPair } from '../../support/data-idx.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { jpeg, png } from '../../support/data-pictures.ts';
import { reviews } from '../../support/texts.ts';
import { tone, wav } from '../../support/data-sounds.ts';

type Files = Record<string, string | Uint8Array>;

async function imported(files: Files) {
  const folder = await dataFolder();
  await writeFiles(folder.path, Object.fromEntries(Object.entries(files).map(([name, one]) => [`set/${name}`, one])));
  return { folder, manifest: (await importFrom(folder, ['set'])).manifest };
}

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/** What each sample is: its file's bytes, class and split, whatever it is called and wherever it stands. */
async function samplesOf(blobs: string, manifest: Manifest): Promise<string[]> {
  const split = await readBlob(blobs, manifest.blobs.split);
  const found: string[] = [];
  if (manifest.kind === 'table') {
    let i = 0;
    const at = (name: string): number => manifest.columns.findIndex((column) => column.name === name);
    for await (const cells of eachRowOf(blobs, manifest))
      found.push([sha(cells[at('text')]!), cells[at(manifest.target!)], splitNames[split[i++]]].join(' '));
    return found.sort();
  }
  const labels = await namedLabels(blobs, manifest);
  const sounds = manifest.kind === 'audio' ? await StoredSounds.open(blobs, manifest) : null;
  for (const [i, classes] of labels.entries()) {
    const bytes = sounds ? await sounds.original(i) : await readOriginalFile(blobs, manifest, i);
    found.push([sha(bytes!), classes?.join() ?? '', splitNames[split[i]]].join(' '));
  }
  return found.sort();
}

/** Out as folders, and in again. */
async function around(
  folder: { path: string; blobs: string },
  manifest: Manifest,
  more: Partial<DataExportParams> = {},
) {
  const out = join(folder.path, 'out');
  const params = { blobs: folder.blobs, manifest, format: 'folders' as const, out, images: true, ...more };
  const made = await exportData(params, quietContext());
  const back = await importFrom(folder, ['out']);
  const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  return {
    made,
    back: back.manifest,
    paths: files
      .map((each) =>
        join(each.parentPath, each.name)
          .slice(out.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort(),
    out,
  };
}

const picture = (i: number) => png({ colour: { r: i * 5, g: i, b: 9 } });

describe('samples in class folders', () => {
  it('come back as they were: images, by their own bytes', async () => {
    const files: Files = {};
    for (let i = 0; i < 12; i++)
      files[`${i % 2 ? 'dog' : 'cat'}/${i}.${i % 3 ? 'png' : 'jpg'}`] = await (i % 3
        ? picture(i)
        : jpeg({ colour: { r: i, g: 99, b: i } }));
    const { folder, manifest } = await imported(files);
    const { made, back, paths, out } = await around(folder, manifest);
    expect(await samplesOf(folder.blobs, back)).toEqual(await samplesOf(folder.blobs, manifest));
    expect(back).toMatchObject({ splitSource: 'given', splits: manifest.splits, classes: manifest.classes });
    expect(made).toMatchObject({ samples: 12, files: 12, lost: [] });
    for (const path of paths) {
      expect(path).toMatch(/^(train|val|test)\/(cat|dog)\/\d+\.(png|jpg)$/);
      const [, name, own] = path.split('/');
      expect(await readFile(join(out, path))).toEqual(Buffer.from(files[`${name}/${own}`] as Uint8Array));
    }
  });

  it('come back as they were: sounds, and texts', async () => {
    const sounds = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${i % 2 ? 'one' : 'two'}/${i}.wav`, wav([tone({ hertz: 200 + 20 * i })])]),
    );
    const audio = await imported(sounds);
    const heard = await around(audio.folder, audio.manifest);
    expect(await samplesOf(audio.folder.blobs, heard.back)).toEqual(
      await samplesOf(audio.folder.blobs, audio.manifest),
    );
    expect(heard.back.classes).toEqual(audio.manifest.classes);
    const texts = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `${i % 2 ? 'good' : 'bad'}/${i}.txt`,
        `Text ${i},\nof "two" lines\n\nor three.`,
      ]),
    );
    const said = await imported(texts);
    const read = await around(said.folder, said.manifest);
    expect(await samplesOf(said.folder.blobs, read.back)).toEqual(await samplesOf(said.folder.blobs, said.manifest));
    expect(read.made).toMatchObject({ samples: 12, lost: [] });
  });

  it.each([
    ['that differ in case', ['cat', 'Cat', 'CAT']],
    ['that no folder of Windows can have', ['con', 'a:b', 'what?', 'x/y', 'end.', 'NUL.txt', 'a*b|c"<d>']],
    ['that an import passes over', ['.hidden', '__MACOSX', 'thumbs.db', 'cat']],
    ['in other scripts', ['猫', '🐈 big', 'Ünïcode', 'a b']],
    ['that are one, called as folders of files are', ['images']],
    ['that are called as splits are', ['train', 'test', 'unlabelled']],
  ])('keep names of classes %s', async (_, names) => {
    const files: Files = {};
    const rows = ['file,label'];
    for (let i = 0; i < 4 * names.length; i++) {
      files[`all/${i}.png`] = await picture(i);
      rows.push(`${i}.png,"${names[i % names.length].replaceAll('"', '""')}"`);
    }
    const { folder, manifest } = await imported({ ...files, 'labels.csv': rows.join('\n') });
    expect(manifest.classes.map(({ name }) => name).sort()).toEqual([...names].sort());
    const { back, paths } = await around(folder, manifest);
    expect(back.classes).toEqual(manifest.classes);
    expect(await samplesOf(folder.blobs, back)).toEqual(await samplesOf(folder.blobs, manifest));
    // As a disk that tells no case has them.
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    const folders = new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')));
    const seen = new Map([...folders].map((each) => [each.toLowerCase(), each]));
    expect(seen.size).toBe(folders.size);
    for (const each of paths.flatMap((path) => path.split('/'))) expect(fileName(each)).toBe(each);
  });

  it('keep samples without a class', async () => {
    const files: Files = {};
    for (let i = 0; i < 9; i++) files[`all/${i}.png`] = await picture(i);
    const rows = Array.from({ length: 9 }, (_, i) => `${i}.png,${['cat', 'dog', ''][i % 3]}`);
    const { folder, manifest } = await imported({ ...files, 'labels.csv': ['file,label', ...rows].join('\n') });
    const { back, paths } = await around(folder, manifest);
    expect(paths).toContain('labels.csv');
    expect(await samplesOf(folder.blobs, back)).toEqual(await samplesOf(folder.blobs, manifest));
    expect(back.classes).toEqual(manifest.classes);
  });

  it('of no classes at all lie in the folders of their splits', async () => {
    const files = Object.fromEntries(
      await Promise.all([...'abcdef'].map(async (name, i) => [`${name}.png`, await picture(i)] as const)),
    );
    const { folder, manifest } = await imported(files);
    const { back, paths } = await around(folder, manifest);
    expect(paths.every((path) => /^(train|val|test)\/[a-f]\.png$/.test(path))).toBe(true);
    expect(await samplesOf(folder.blobs, back)).toEqual(await samplesOf(folder.blobs, manifest));
  });

  it('of the same name in several folders stay apart', async () => {
    const { folder, manifest } = await imported({
      ...{ 'a/x/1.png': await picture(1), 'a/y/1.png': await picture(2), 'a/z/1.PNG': await picture(3) },
      ...{ 'b/x/1.png': await picture(4), 'b/con.png': await picture(5) },
    });
    const { back, made } = await around(folder, manifest);
    expect(made.samples).toBe(5);
    expect((await samplesOf(folder.blobs, back)).map((each) => each.split(' ').slice(0, 2))).toEqual(
      (await samplesOf(folder.blobs, manifest)).map((each) => each.split(' ').slice(0, 2)),
    );
  });

  it('are only those that meet the filter', async () => {
    const files: Files = {};
    for (let i = 0; i < 10; i++) files[`${i % 2 ? 'dog' : 'cat'}/${i}.png`] = await picture(i);
    const { folder, manifest } = await imported(files);
    const { made, paths } = await around(folder, manifest, { filter: [{ kind: 'class', classes: ['dog'] }] });
    expect(made.samples).toBe(5);
    expect(paths.every((path) => path.includes('/dog/'))).toBe(true);
  });

  it('of arrays are drawn, pixel by pixel', async () => {
    const folder = await dataFolder();
    const pair = idxPair(20);
    await writeFiles(folder.path, { 'set/images-idx3-ubyte': pair.images, 'set/labels-idx1-ubyte': pair.labels });
    const { manifest } = await importFrom(folder, ['set']);
    const { back } = await around(folder, manifest);
    const pixels = async (version: Manifest): Promise<string[]> => {
      const all = Array.from({ length: version.samples }, (_, i) => i);
      return (await Promise.all(all.map((i) => readPixels(folder.blobs, version, [i])))).map(sha).sort();
    };
    expect(back.image).toEqual(manifest.image);
    expect(await pixels(back)).toEqual(await pixels(manifest));
  });

  it('tell what they cannot hold, and are none of numbers', async () => {
    const folder = await dataFolder();
    const rows = reviews(60).map(({ text }, i) => `${i},"${text}",${['x?', 'y', ''][i % 3]},${i * 3}`);
    await writeFiles(folder.path, {
      'a.csv': ['id,text,label,size', ...rows].join('\n'),
      'b.csv': 'a,b\n1,2\n3,4\n5,6\n',
    });
    const texts = await importFrom(folder, ['a.csv'], { target: 'label' });
    const { made } = await around(folder, texts.manifest);
    expect(made.lost).toEqual([
      { what: 'samples without a class', count: 20 },
      { what: 'names of classes that no folder can have', count: 1 },
      { what: 'other columns', count: 2 },
    ]);
    const numbers = await importFrom(folder, ['b.csv']);
    expect(formatsFor(numbers.manifest)).not.toContain('folders');
    const out = join(folder.path, 'none');
    const params = { blobs: folder.blobs, manifest: numbers.manifest, format: 'folders' as const, out, images: true };
    expect(await failure(exportData(params, quietContext()))).toMatchObject({ code: 'wrong_format' });
  });
});
