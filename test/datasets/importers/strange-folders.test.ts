import { describe, expect, it } from 'vitest';
import { makeZip } from '../../support/archives.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';

type Files = Record<string, string | Uint8Array>;

async function imported(files: Files) {
  const folder = await dataFolder();
  await writeFiles(folder.path, Object.fromEntries(Object.entries(files).map(([name, one]) => [`set/${name}`, one])));
  return (await importFrom(folder, ['set'])).manifest;
}

/** Four pictures in each folder. */
async function pictures(...folders: string[]): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const [k, folder] of folders.entries())
    for (let i = 0; i < 4; i++) files[`${folder}/${i}.png`] = await png({ colour: { r: k * 20, g: i, b: 1 } });
  return files;
}

const classesOf = ({ classes }: { classes: { name: string; count: number }[] }) =>
  Object.fromEntries(classes.map(({ name, count }) => [name, count]));
const messages = (manifest: { notes: { code: string; message: string }[] }, code: string): string[] =>
  manifest.notes.filter((note) => note.code === code).map(({ message }) => message);

describe('folders as people have them', () => {
  it.each([
    ['words in their names', ['seg_train', 'seg_test']],
    ['other words', ['train', 'eval']],
    ['years', ['train2017', 'val2017']],
  ])('of splits are told by %s', async (_, splits) => {
    const manifest = await imported(await pictures(...splits.flatMap((split) => [`${split}/a`, `${split}/b`])));
    expect(classesOf(manifest)).toEqual({ a: 8, b: 8 });
    expect(manifest.splitSource).toBe('given');
  });

  it('may be there twice, as archives are unpacked, beside what is to be predicted', async () => {
    const manifest = await imported({
      ...(await pictures('seg_train/seg_train/sea', 'seg_train/seg_train/sky', 'seg_test/seg_test/sea')),
      ...(await pictures('seg_pred/seg_pred')),
    });
    expect(classesOf(manifest)).toEqual({ sea: 8, sky: 4 });
    expect(manifest).toMatchObject({ splitSource: 'given', rejectedCount: 4 });
    expect(manifest.splits.test).toBe(4);
  });

  it('of an archive for each split are one dataset', async () => {
    const archive = async (split: string) =>
      makeZip(Object.entries(await pictures(`${split}/a`, `${split}/b`)).map(([name, data]) => ({ name, data })));
    const manifest = await imported({ 'train.zip': await archive('train'), 'test.zip': await archive('test') });
    expect(classesOf(manifest)).toEqual({ a: 8, b: 8 });
    expect(manifest.splits.test).toBe(8);
  });

  it('called as folders of files are, or as splits alone, are no classes', async () => {
    expect((await imported(await pictures('images'))).classes).toEqual([]);
    expect(classesOf(await imported(await pictures('data/images/a', 'data/images/b')))).toEqual({ a: 4, b: 4 });
    expect(classesOf(await imported(await pictures('train/images/a', 'train/images/b', 'test/images/a')))).toEqual({
      a: 8,
      b: 4,
    });
    const flat = await imported(await pictures('train_images', 'test_images'));
    expect(flat).toMatchObject({ classes: [], splitSource: 'given' });
    expect(flat.splits.test).toBe(4);
    // A class may well be called so.
    expect(classesOf(await imported(await pictures('bus', 'train', 'car')))).toEqual({ bus: 4, car: 4, train: 4 });
  });

  it('of what has no class keep it without one', async () => {
    const manifest = await imported(await pictures('train/a', 'train/b', 'train/unlabeled', 'test/a', 'test/b'));
    expect(manifest.samples).toBe(20);
    expect(classesOf(manifest)).toEqual({ a: 8, b: 8 });
    const texts = (folder: string): Files =>
      Object.fromEntries(
        Array.from({ length: 4 }, (_, i) => [`${folder}/${i}_7.txt`, `A text of ${folder}, number ${i}`]),
      );
    const films = await imported({
      ...texts('train/pos'),
      ...texts('train/neg'),
      ...texts('train/unsup'),
      ...texts('test/pos'),
      ...texts('test/neg'),
    });
    expect(films.samples).toBe(20);
    expect(classesOf(films)).toEqual({ neg: 8, pos: 8 });
  });

  it('of texts without endings are classes, of anything else without them are not', async () => {
    const mails = Object.fromEntries(
      ['alt.atheism', 'sci.space'].flatMap((name) =>
        Array.from({ length: 4 }, (_, i) => [
          `${name}/${51060 + i}`,
          `From: a@b.c\nSubject: ${name}\n\nSome words, ${i}.`,
        ]),
      ),
    );
    expect(classesOf(await imported(mails))).toEqual({ 'alt.atheism': 4, 'sci.space': 4 });
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/a/1': Buffer.alloc(600, 1), 'set/b/2': Buffer.alloc(600, 2) });
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'unknown_format' });
  });

  it('whose files tell classes by their names say how', async () => {
    const files = Object.fromEntries(
      Object.entries(await pictures('train')).flatMap(([, bytes], i) => [
        [`train/cat.${i}.png`, bytes],
        [`train/dog.${i}.png`, bytes],
      ]),
    );
    const [hint] = messages(await imported(files), 'names_tell');
    const pattern = /--class-from '(.+)',/.exec(hint)![1];
    const folder = await dataFolder();
    await writeFiles(folder.path, files);
    expect(classesOf((await importFrom(folder, ['train'], { classFrom: pattern })).manifest)).toEqual({
      cat: 4,
      dog: 4,
    });
    expect(messages(await imported(await pictures('a', 'b')), 'names_tell')).toEqual([]);
  });

  it('with what only speaks of data beside it are the data', async () => {
    const rows = 'text,label\n' + Array.from({ length: 9 }, (_, i) => `words ${i},${'ab'[i % 2]}\n`).join('');
    const about = { 'dataset_infos.json': '{"default":{"features":{}}}', 'README.md': '# Rows', LICENSE: 'MIT' };
    expect((await imported({ ...about, 'data.csv': rows })).samples).toBe(9);
    const book = await imported({
      'book.txt': 'Once upon a time.',
      'SOURCE.txt': 'From somewhere.',
      'LICENSE.txt': 'MIT',
    });
    expect(book.samples).toBe(1);
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/dataset_infos.json': '[{"a":1},{"a":2}]', 'set/rows.csv': rows });
    expect((await importFrom(folder, ['set'], { file: 'dataset_infos.json' })).manifest.samples).toBe(2);
    const onnx = Buffer.concat([Buffer.from([8, 7, 18, 7]), Buffer.from('pytorch'), Buffer.alloc(90)]);
    await writeFiles(folder.path, {
      'model/model.onnx': onnx,
      'model/config.json': '{"a":1}',
      'model/README.md': '# Model',
    });
    expect(await failure(importFrom(folder, ['model']))).toMatchObject({ code: 'model_file' });
  });

  it('or archives that hold archives are told so, and drawings and scans by what they are', async () => {
    const folder = await dataFolder();
    const inner = makeZip([{ name: 'a.csv', data: Buffer.from('a,b\n1,2\n') }]);
    await writeFiles(folder.path, { 'outer.zip': makeZip([{ name: 'inner.zip', data: inner }]) });
    expect(await failure(importFrom(folder, ['outer.zip']))).toMatchObject({ code: 'archive_inside' });
    const manifest = await imported({
      ...(await pictures('a', 'b')),
      'a/x.pgm': 'P2 1 1 1 0',
      'b/x.svg': '<svg xmlns="x"/>',
    });
    expect(manifest.rejected.map(({ message }) => message)).toEqual([
      'a/x.pgm is a Netpbm image (PBM, PGM, PPM), which is not read. Convert it to PNG and import that.',
      'b/x.svg is a drawing (SVG), which is not read. Convert it to PNG and import that.',
    ]);
  });
});
