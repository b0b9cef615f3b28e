import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { apart } from '../../../src-main/shared/work/import.ts';
import { makeZip } from '../../support/archives.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importedTable } from '../../support/read-back.ts';

const rows = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${from + i},text ${from + i},${'ab'[i % 2]}`);
const csv = (from: number, to: number): string => ['n,words,label', ...rows(from, to)].join('\n');

describe('tables in several files', () => {
  it('are one where they are called alike, with their splits as given', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/test.csv': csv(90, 120),
      'set/train.csv': csv(0, 60),
      // Other order, other delimiter.
      'set/validation.csv': ['label;n;words', ...rows(60, 80).map((row) => row.split(',').reverse().join(';'))]
        .map((row, i) => (i === 0 ? row : row.replace(/^(.);(.*);(\d+)$/, '$1;$3;$2')))
        .join('\n'),
    });
    const offers = await offerImport([`${folder.path}/set`]);
    expect(offers.map(({ file, suggestedName }) => [file, suggestedName])).toEqual([
      ['*.csv', 'set'],
      ['test.csv', 'test'],
      ['train.csv', 'train'],
      ['validation.csv', 'validation'],
    ]);
    expect(offers[0]).toMatchObject({ files: 3, columns: ['n', 'words', 'label'], target: 'label' });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest).toMatchObject({
      ...{ samples: 110, splitSource: 'given', target: 'label' },
      splits: { train: 60, validation: 20, test: 30 },
    });
    expect([...(await readBlob(folder.blobs, manifest.blobs.split))]).toEqual([
      ...(Array(60).fill(0) as number[]),
      ...(Array(20).fill(1) as number[]),
      ...(Array(30).fill(2) as number[]),
    ]);
    expect(manifest.sources.map(({ name, sha256 }) => [name, sha256.length])).toEqual([
      ['train.csv', 64],
      ['validation.csv', 64],
      ['test.csv', 64],
    ]);
    expect(manifest.notes.map(({ message }) => message)).toContain(
      'Read from 3 files of the same columns: train.csv (60), validation.csv (20), test.csv (30).',
    );
    // Of each file nothing is left but what is in the whole.
    expect((await filesIn(folder.blobs)).length).toBe(Object.keys(manifest.blobs).length);
  });

  it('keep every cell, each column under its name', async () => {
    const { names, rows: read } = await importedTable({
      'sales-2026.jsonl': '{"id":1,"when":"2026-01-01","sum":1.50}\n{"id":2,"when":"2026-01-02","sum":null}',
      'sales-2027.jsonl': '{"when":"2027-01-01","id":3,"sum":"n/a"}\n{"when":"x, y","id":4,"sum":7}',
    });
    expect(names).toEqual(['id', 'when', 'sum']);
    expect(read).toEqual([
      ['1', '2026-01-01', '1.5'],
      ['2', '2026-01-02', null],
      ['3', '2027-01-01', null],
      ['4', 'x, y', '7'],
    ]);
  });

  it('are called by what their names have in common', async () => {
    const files = { 'adult_train.csv': csv(0, 30), 'adult_test.csv': csv(30, 40) };
    expect((await importedTable(files)).suggestedName).toBe('adult');
    const alone = await importedTable(files, { file: 'adult_test.csv' });
    expect([alone.suggestedName, alone.manifest.samples]).toEqual(['adult_test', 10]);
    expect(alone.notes).toContain('also_found');
    // All of what was found is that and what is none of it.
    const found = ['adult_*.csv', 'adult_train.csv', 'adult_test.csv.gz', 'adults.csv', 'other_1.csv'];
    const readings = found.map((file) => ({ kind: 'table' as const, file }));
    expect(apart(readings).map(({ file }) => file)).toEqual(['adult_*.csv', 'adults.csv', 'other_1.csv']);
  });

  it('tell in which file what was left out stands', async () => {
    const { manifest } = await importedTable({ 'a1.csv': csv(0, 30), 'a2.csv': `${csv(30, 60)}\n1,2,3,4` });
    expect(manifest).toMatchObject({ samples: 60, rejectedCount: 1 });
    expect(manifest.rejected[0]).toMatchObject({ where: 'a2.csv, line 32' });
    expect(manifest.rejected[0].message).toMatch(/^a2\.csv: Line 32 has 4 cells/);
  });

  it('of other columns, or called otherwise, are each by themselves', async () => {
    const other = async (files: Record<string, string>): Promise<unknown> => {
      const folder = await dataFolder();
      await writeFiles(folder.path, files);
      const error = await failure(importFrom(folder, Object.keys(files)));
      expect(await filesIn(folder.blobs)).toEqual([]);
      return error;
    };
    const unlabelled = 'n,words\n1,one\n2,two\n3,three';
    expect(await other({ 'one.csv': csv(0, 30), 'two.csv': unlabelled })).toMatchObject({ code: 'several_tables' });
    expect(await other({ 'a.csv': csv(0, 30), 'b.csv': csv(30, 60) })).toMatchObject({ code: 'several_tables' });
    const families = { 'a1.csv': csv(0, 9), 'a2.csv': csv(9, 18), 'b1.csv': csv(0, 9), 'b2.csv': csv(9, 18) };
    expect(await other(families)).toMatchObject({ code: 'several_tables' });
    expect((await importedTable(families, { file: 'b*.csv' })).manifest.samples).toBe(18);
  });

  it('of a competition are the training table, which tells its target, and rows to be predicted', async () => {
    const houses = (from: number, to: number, priced: boolean): string =>
      [
        ['Id', 'Area', 'Street', ...(priced ? ['Price per area', 'Quality'] : ['Quality'])].join(','),
        ...Array.from({ length: to - from }, (_, k) => {
          const i = from + k;
          return [i, 50 + ((i * 7) % 90), `street ${i % 9}`, ...(priced ? [i * 3.5] : []), i % 5].join(',');
        }),
      ].join('\n');
    const files = {
      'gender_submission.csv': `Id,Price per area\n${Array.from({ length: 20 }, (_, i) => `${40 + i},0`).join('\n')}`,
      'test.csv': houses(40, 60, false),
      'train.csv': houses(0, 40, true),
    };
    const folder = await dataFolder();
    await writeFiles(folder.path, files);
    const [first, ...others] = await offerImport(Object.keys(files).map((name) => `${folder.path}/${name}`));
    expect(first).toMatchObject({ file: 'train.csv', target: 'Price per area' });
    expect(first.unlabelled).toEqual({
      ...{ file: 'test.csv', lacks: ['Price per area'], target: 'Price per area' },
      forms: ['gender_submission.csv'],
    });
    expect(others.map(({ file }) => file)).toEqual(['test.csv']);
    expect(apart([first, ...others])).toEqual([first]);
    const { manifest } = await importFrom(folder, Object.keys(files));
    expect(manifest).toMatchObject({ samples: 40, target: 'Price per area', task: 'regression' });
    const told = manifest.notes.find(({ code }) => code === 'unlabelled_beside')!;
    expect(told.message).toContain('test.csv has the columns of train.csv but for "Price per area"');
    expect(manifest.notes.map(({ code }) => code)).not.toContain('also_found');
    expect(manifest.notes.find(({ code }) => code === 'form_beside')!.message).toContain('gender_submission.csv shows');
    // Asked for by name each is what it is, and another target may be chosen.
    expect((await importFrom(folder, Object.keys(files), { file: 'test.csv' })).manifest.samples).toBe(20);
    expect((await importFrom(folder, Object.keys(files), { file: 'gender_submission.csv' })).manifest.samples).toBe(20);
    const quality = await importFrom(folder, Object.keys(files), { target: 'Quality' });
    expect(quality.manifest).toMatchObject({ samples: 40, target: 'Quality' });
  });

  it('of a competition in an archive are one dataset, whatever else lies there', async () => {
    const train = ['id,f,target', ...Array.from({ length: 40 }, (_, i) => `${i},${i * 2},Class_${i % 2}`)].join('\n');
    const test = ['id,f', ...Array.from({ length: 60 }, (_, i) => `${i},${i * 2}`)].join('\n');
    const form = ['id,Class_0,Class_1', ...Array.from({ length: 60 }, (_, i) => `${i},1,0`)].join('\n');
    const tables = {
      'train.csv': train,
      'test.csv': test,
      'sampleSubmission.csv': form,
      'a-stores.csv': 's,t\n1,2\n3,4',
    };
    const folder = await dataFolder();
    const entries = Object.entries(tables).map(([name, text]) => ({ name, data: Buffer.from(text) }));
    await writeFiles(folder.path, { 'otto.zip': makeZip(entries) });
    const { manifest, suggestedName } = await importFrom(folder, ['otto.zip']);
    expect(suggestedName).toBe('otto');
    expect(manifest).toMatchObject({ samples: 40, target: 'target' });
    expect(manifest.notes.find(({ code }) => code === 'also_found')!.message).toBe(
      'Also found, and not imported: a-stores.csv.',
    );
    // A form is a table where nothing else is; a table of submissions is no form.
    await writeFiles(folder.path, { 'form/sample_submission.csv': form, 'posts/train.csv': train });
    expect((await importFrom(folder, ['form'])).manifest.samples).toBe(60);
    await writeFiles(folder.path, { 'posts/submissions.csv': 'text,n\none,1\ntwo,2\nsix,3' });
    expect(await failure(importFrom(folder, ['posts']))).toMatchObject({ code: 'several_tables' });
  });

  it('are refused where one that was not looked at before is other', async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i + 10}.csv`, csv(i * 9, i * 9 + 9)]));
    files['p11.csv'] = 'n,words,class\n1,one,a\n2,two,b';
    const folder = await dataFolder();
    await writeFiles(folder.path, files);
    const error = await failure(importFrom(folder, Object.keys(files), { file: 'p*.csv' }));
    expect(error).toMatchObject({ code: 'schemas_differ' });
    expect((error as Error).message).toContain('p11.csv is other, it lacks "label"');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});
