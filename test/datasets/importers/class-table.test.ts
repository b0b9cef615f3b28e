import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { splitNames } from '../../../src-main/shared/dataset.ts';
import type { ImportParams } from '../../../src-main/shared/work/import.ts';
import { apart } from '../../../src-main/shared/work/import.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { png } from '../../support/data-pictures.ts';
import { tone, wav } from '../../support/data-sounds.ts';
import { tableSheet, xlsxOf } from '../../support/data-xlsx.ts';

const classes = ['cat', 'dog', 'fish'];
const table = (head: string, rows: readonly string[]): string => [head, ...rows, ''].join('\n');

importerContract('images by a table', {
  kind: 'image-folder',
  samples: 60,
  classes,
  async write(folder) {
    const rows: string[] = [];
    for (let i = 0; i < 60; i++) {
      await writeFiles(folder, { [`source/images/${i}.png`]: await png({ colour: { r: i, g: i, b: 9 } }) });
      rows.push(`${i}.png,${classes[i % 3]}`);
    }
    await writeFiles(folder, { 'source/labels.csv': table('filename,label', rows) });
    return ['source'];
  },
});

async function pictures(folder: string, count: number, from = 0): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let i = from; i < from + count; i++)
    files[`${folder}${String(i).padStart(3, '0')}.png`] = await png({ colour: { r: i, g: 7, b: 9 } });
  return files;
}

async function imported(files: Record<string, Uint8Array | string>, more: Partial<ImportParams> = {}) {
  const folder = await dataFolder();
  await writeFiles(folder.path, Object.fromEntries(Object.entries(files).map(([name, one]) => [`set/${name}`, one])));
  const offers = await offerImport([join(folder.path, 'set')]);
  const { manifest } = await importFrom(folder, ['set'], more);
  const { blobs } = manifest;
  const names = JSON.parse(Buffer.from(await readBlob(folder.blobs, blobs.names!)).toString()) as string[];
  const labels = new Int32Array(new Uint8Array(await readBlob(folder.blobs, blobs.labels!)).buffer);
  const split = await readBlob(folder.blobs, blobs.split);
  const said = Object.fromEntries(
    names.map((name, i) => [name, [manifest.classes[labels[i]]?.name ?? null, splitNames[split[i]]] as const]),
  );
  const noteOf = (code: string) => manifest.notes.find((note) => note.code === code)?.message;
  return { folder, manifest, offers, said, noteOf };
}

const classOf = (i: number): string => classes[i % 3];
const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => String(i + from).padStart(3, '0'));
const rowsOf = (count: number, ending = '.png', from = 0): string[] =>
  ids(count, from).map((id) => `${id}${ending},${classOf(Number(id))}`);

describe('a table of classes beside images', () => {
  it('is offered first and gives the classes', async () => {
    const { manifest, offers, said, noteOf } = await imported({
      ...(await pictures('images/', 9)),
      'labels.csv': table('filename,label', rowsOf(9)),
    });
    expect(offers[0]).toMatchObject({
      kind: 'image-folder',
      file: 'labels.csv',
      files: 9,
      folders: 3,
      target: 'label',
    });
    expect(offers[0].classTable).toEqual({
      ...{ files: ['labels.csv'], column: 'label', named: 'filename', split: null, classes },
    });
    expect(apart(offers)).toEqual([offers[0]]);
    expect(manifest).toMatchObject({ kind: 'images', samples: 9, rejectedCount: 0, splitSource: 'stratified' });
    for (const [name, [label]] of Object.entries(said)) expect(label).toBe(classOf(Number(name.slice(7, 10))));
    expect(manifest.sources.map(({ name }) => name)).toEqual(['set', 'labels.csv']);
    expect(noteOf('also_found')).toBeUndefined();
  });

  it('tells rows without an image, images without a row, and rows that say otherwise', async () => {
    const rows = [...rowsOf(10, '', 3), '004,fish', '005,fish', ',cat'];
    const { manifest, said, noteOf } = await imported({
      ...(await pictures('', 9)),
      'labels.csv': table('id,breed', rows),
    });
    expect(Object.keys(said)).toEqual(ids(6, 3).map((id) => `${id}.png`));
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['labels.csv: line 8', 'image_missing'],
      ['labels.csv: line 9', 'image_missing'],
      ['labels.csv: line 10', 'image_missing'],
      ['labels.csv: line 11', 'image_missing'],
      ['labels.csv: line 12', 'duplicate_image'],
      ['000.png', 'no_class'],
      ['001.png', 'no_class'],
      ['002.png', 'no_class'],
    ]);
    expect(said['004.png'][0]).toBe('dog');
    expect(noteOf('class_table')).toBe(
      'Classes are those of labels.csv, column "breed", which names the images in "id": 12 rows, 6 images. 4 rows are of files not there: 009, 010, 011, …. 2 rows speak of images of rows before. 3 images stand in no row and were left out: 000.png, 001.png, 002.png.',
    );
  });

  it('of a competition leaves its test images and its form out', async () => {
    const { manifest, offers, noteOf } = await imported({
      ...(await pictures('train/', 9)),
      ...(await pictures('test/', 3, 50)),
      'train.csv': table('image_id,label', rowsOf(9)),
      'sample_submission.csv': table('image_id,label', rowsOf(3, '.png', 50)),
    });
    expect(offers[0].classTable?.files).toEqual(['train.csv']);
    expect(manifest).toMatchObject({ samples: 9, rejectedCount: 3 });
    expect(noteOf('class_table')).toContain('3 images stand in no row and were left out: test/050.png');
  });

  it('gives the splits: by a column, by its own name, by the folder that it lies in', async () => {
    const byColumn = rowsOf(9).map((row, i) => `img/${row},${['train', 'val', 'test'][i % 3]}`);
    const one = await imported({
      ...(await pictures('img/', 9)),
      'meta.tsv': table('path,class,split', byColumn).replaceAll(',', '\t'),
    });
    expect(one.manifest).toMatchObject({ splitSource: 'given', splits: { train: 3, validation: 3, test: 3 } });
    expect(one.said['img/001.png']).toEqual(['dog', 'validation']);
    // The same names in both: which is meant, the table's own name says.
    const two = await imported({
      ...(await pictures('train/', 6)),
      ...(await pictures('test/', 6)),
      'train.csv': table('name,label', rowsOf(6)),
      'test.csv': table(
        'name,label',
        rowsOf(6).map((row) => `${row}ish`),
      ),
    });
    expect(two.said['train/001.png'][0]).toBe('dog');
    expect(two.said['test/001.png']).toEqual(['dogish', 'test']);
    const three = await imported({
      ...(await pictures('train/', 6)),
      ...(await pictures('test/', 3, 50)),
      'train/metadata.jsonl': rowsOf(6)
        .map((row) => JSON.stringify({ file_name: row.split(',')[0], label: row.split(',')[1] }))
        .join('\n'),
      'test/metadata.jsonl': rowsOf(3, '.png', 50)
        .map((row) => JSON.stringify({ file_name: row.split(',')[0], label: row.split(',')[1] }))
        .join('\n'),
    });
    expect(three.manifest).toMatchObject({ samples: 9, splitSource: 'given', rejectedCount: 0 });
    expect(three.manifest.splits.test).toBe(3);
  });

  it.each([
    ['without a header', 'labels.csv', () => rowsOf(6).join('\n')],
    [
      'as a column a class',
      'train.csv',
      () =>
        table(
          'image,cat,dog,fish',
          ids(6).map((id) => `${id},${classes.map((_, k) => Number(Number(id) % 3 === k)).join(',')}`),
        ),
    ],
    [
      'as JSON by name',
      'labels.json',
      () => JSON.stringify(Object.fromEntries(rowsOf(6).map((row) => row.split(',')))),
    ],
    [
      'with paths of another machine',
      'labels.csv',
      () =>
        table(
          'Path,Class',
          rowsOf(6).map((row) => `C:\\data\\set\\${row}`),
        ),
    ],
    [
      'in another case',
      'labels.csv',
      () =>
        table(
          'Image,Label',
          rowsOf(6).map((row) => row.replace('.png', '.PNG')),
        ),
    ],
    [
      'in Chinese',
      '标签.csv',
      () =>
        table(
          '文件名;类别',
          rowsOf(6).map((row) => row.replace(',', ';')),
        ),
    ],
    [
      'with other columns',
      'metadata.csv',
      () =>
        table(
          'lesion,image_id,dx,dx_type,age',
          ids(6).map((id) => `L${id},${id},${classOf(Number(id))},${Number(id) % 2 ? 'a' : 'b'},${30.5 + Number(id)}`),
        ),
    ],
    [
      'in a workbook',
      'labels.xlsx',
      () => xlsxOf([tableSheet({ names: ['file', 'label'], rows: rowsOf(6).map((row) => row.split(',')) })]),
    ],
  ])('is read %s', async (_, name, content) => {
    const { manifest, said } = await imported({ ...(await pictures('images/', 6)), [name]: content() });
    expect(manifest.classes).toEqual(classes.map((each) => ({ name: each, count: 2 })));
    expect(said['images/004.png'][0]).toBe('dog');
  });

  it('takes another column of classes where one is named, and none where none is', async () => {
    const files = {
      ...(await pictures('images/', 6)),
      'metadata.csv': table(
        'image,dx,sex',
        rowsOf(6).map((row, i) => `${row},${i % 2 ? 'male' : 'female'}`),
      ),
    };
    expect((await imported(files, { target: 'sex' })).manifest.classes.map(({ name }) => name)).toEqual([
      'female',
      'male',
    ]);
    expect((await imported(files, { target: null })).manifest.classes).toEqual([]);
    expect(await failure(imported(files, { target: 'age' }))).toMatchObject({ code: 'no_column' });
  });

  it('keeps an image whose cell is empty without a class', async () => {
    const rows = rowsOf(6).map((row, i) => (i === 2 ? '002.png,' : row));
    const { manifest, said } = await imported({ ...(await pictures('', 6)), 'labels.csv': table('file,label', rows) });
    expect(manifest.samples).toBe(6);
    expect(said['002.png'][0]).toBeNull();
  });

  it('is none where folders say the same, where it is of other things, where it names no class', async () => {
    const inFolders = Object.fromEntries(
      await Promise.all(ids(6).map(async (id) => [`${classOf(Number(id))}/${id}.png`, await png()] as const)),
    );
    const same = await imported({ ...inFolders, 'info.csv': table('file,label', rowsOf(6)) });
    expect(same.offers[0].classTable).toBeUndefined();
    const camera = await imported({
      ...inFolders,
      'info.csv': table(
        'file,camera',
        ids(6).map((id) => `${id}.png,${Number(id) % 2 ? 'a' : 'b'}`),
      ),
    });
    expect(camera.offers[0].classTable).toBeUndefined();
    expect(camera.manifest.classes.map(({ name }) => name)).toEqual(classes);
    const ages = await imported(
      {
        ...(await pictures('images/', 6)),
        'age.csv': table(
          'file,age',
          ids(6).map((id) => `${id}.png,${20.5 + Number(id)}`),
        ),
      },
      { kind: 'image-folder' },
    );
    expect(ages.offers.every(({ classTable }) => !classTable)).toBe(true);
    expect(ages.manifest.classes).toEqual([]);
    const sales = await imported(
      {
        ...(await pictures('', 6)),
        'sales.csv': table(
          'day,sales',
          ids(40).map((id) => `${Number(id) + 900},${id}`),
        ),
      },
      { kind: 'image-folder' },
    );
    expect(sales.offers.every(({ classTable }) => !classTable)).toBe(true);
  });

  it('is read anew when the source has grown', async () => {
    const files = { ...(await pictures('images/', 6)), 'labels.csv': table('file,label', rowsOf(6)) };
    const { folder, manifest } = await imported(files);
    await writeFiles(join(folder.path, 'set'), {
      ...(await pictures('images/', 2, 6)),
      'labels.csv': table('file,label', ['000.png,fish', ...rowsOf(8).slice(1)]),
    });
    await rm(join(folder.path, 'set/images/005.png'));
    const grown = await importFrom(folder, ['set'], { into: { manifest, base: manifest } });
    expect(grown.growth).toMatchObject({ added: 2, removed: 1, changed: 1 });
    expect(grown.manifest.classes.map(({ count }) => count)).toEqual([2, 3, 2]);
  });
});

describe('a table of classes beside sounds', () => {
  it('gives them', async () => {
    const files = Object.fromEntries(ids(6).map((id) => [`audio/${id}.wav`, wav([tone({ hertz: 200 + Number(id) })])]));
    const rows = ids(6).map((id) => `${id}.wav,${Number(id) % 2},${classOf(Number(id))}`);
    const { manifest, offers, said } = await imported({
      ...files,
      'meta/esc.csv': table('filename,target,category', rows),
    });
    expect(offers[0]).toMatchObject({ kind: 'audio-folder', file: 'meta/esc.csv', target: 'category' });
    expect(manifest).toMatchObject({ kind: 'audio', samples: 6 });
    expect(said['audio/004.wav'][0]).toBe('dog');
  });
});
