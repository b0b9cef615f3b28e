import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { rowsOf, withDuck } from '../../../src-main/datasets/duck.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import { splitNames, type Manifest } from '../../../src-main/shared/dataset.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import { rowFormats, type DataFormat } from '../../../src-main/shared/work/export-data.ts';
import { annotated, pictures } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { cellsOf, recipeOf, tableOf } from '../../support/recipes.ts';

const hostile = [
  ['code', 'n', 'ratio', 'word, or two'],
  ['007', '1', '0.5', 'plain'],
  ['0x8', '2', '', 'a "quoted", thing'],
  ['', '-3', '1e-7', 'two\nlines'],
  ['A-1', '4', '2.25', '深红 🙂 ü'],
  ['#5', '9007199254740993', '5.0', "it's; #1"],
  ['B 6', '', '3', 'tab\there'],
];
const csv = (rows: string[][]): string =>
  rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n') + '\n';

async function table(rows: string[][] = hostile) {
  const folder = await dataFolder();
  await writeFiles(folder.path, { 'set.csv': csv(rows) });
  const { manifest } = await importFrom(folder, ['set.csv'], { target: null });
  const write = (
    format: DataFormat,
    more: { filter?: Condition[]; to?: string; of?: Manifest; signal?: AbortSignal } = {},
  ) =>
    exportData(
      {
        blobs: folder.blobs,
        manifest: more.of ?? manifest,
        name: 'My set/1',
        format,
        out: join(folder.path, more.to ?? format),
        images: true,
        ...(more.filter && { filter: more.filter }),
      },
      quietContext(more.signal),
    );
  const fileOf = (format: string, to = format) => join(folder.path, to, `My-set-1.${format.slice('rows-'.length)}`);
  return { folder, manifest, write, fileOf };
}
const splitsOf = async (blobs: string, manifest: Manifest) =>
  [...(await readBlob(blobs, manifest.blobs.split))].map((code) => splitNames[code]);
const namesOf = (manifest: Manifest) => manifest.columns.map(({ name }) => name);

async function parquet(path: string) {
  return withDuck({}, async (connection) => ({
    types: (await rowsOf(connection, `DESCRIBE SELECT * FROM '${path}'`)).map((each) => [
      each.column_name,
      each.column_type,
    ]),
    rows: (await rowsOf(connection, `FROM '${path}'`)).map((row) => Object.values(row)),
  }));
}

describe("a table's rows", () => {
  it.each(rowFormats)('as %s are the same rows and columns when they are imported again', async (format) => {
    const { folder, manifest, write } = await table();
    const result = await write(format);
    expect(result).toMatchObject({ path: join(folder.path, format), files: 1, samples: 6, annotations: 0, lost: [] });
    const again = (await importFrom(folder, [format], { target: null })).manifest;
    expect(namesOf(again)).toEqual([...namesOf(manifest), 'split']);
    const types = (of: Manifest) => of.columns.map(({ type }) => type);
    expect(types(again).slice(0, -1)).toEqual(types(manifest));
    const splits = await splitsOf(folder.blobs, manifest);
    const cells = await cellsOf(folder.blobs, manifest);
    const value = (cell: string | null) => (cell === null || cell === '' ? null : Number(cell));
    const found = await cellsOf(folder.blobs, again);
    expect(found).toHaveLength(6);
    found.forEach((row, i) => {
      expect([row[0], row[1], row[3], row[4]]).toEqual([cells[i][0], cells[i][1], cells[i][3], splits[i]]);
      if (format === 'rows-csv') expect(row[2]).toBe(cells[i][2]);
      else expect(value(row[2])).toBe(value(cells[i][2]));
    });
  });

  it('as CSV have each cell as it is, quoted where RFC 4180 asks for it', async () => {
    const { folder, manifest, write, fileOf } = await table();
    const { bytes } = await write('rows-csv');
    const text = await readFile(fileOf('rows-csv'), 'utf8');
    expect(Buffer.byteLength(text)).toBe(bytes);
    const splits = await splitsOf(folder.blobs, manifest);
    const lines = [
      'code,n,ratio,"word, or two",split',
      `007,1,0.5,plain,${splits[0]}`,
      `0x8,2,,"a ""quoted"", thing",${splits[1]}`,
      `,-3,1e-7,"two\nlines",${splits[2]}`,
      `A-1,4,2.25,深红 🙂 ü,${splits[3]}`,
      `"#5",9007199254740993,5.0,"it's; #1",${splits[4]}`,
      `B 6,,3,tab\there,${splits[5]}`,
    ];
    expect(text).toBe(`${lines.join('\n')}\n`);
  });

  it('as JSON Lines and Parquet have numbers where a column is of numbers', async () => {
    const { folder, manifest, write, fileOf } = await table();
    await write('rows-jsonl');
    const lines = (await readFile(fileOf('rows-jsonl'), 'utf8')).trimEnd().split('\n');
    const splits = await splitsOf(folder.blobs, manifest);
    expect(JSON.parse(lines[2])).toEqual({
      code: null,
      n: -3,
      ratio: 1e-7,
      'word, or two': 'two\nlines',
      split: splits[2],
    });
    expect(lines[0]).toContain('"code":"007","n":1,"ratio":0.5');
    expect(lines[4]).toContain('"n":9007199254740993,"ratio":5.0');
    expect(JSON.parse(lines[5])).toMatchObject({ n: null });
    await write('rows-parquet');
    const { types, rows } = await parquet(fileOf('rows-parquet'));
    expect(types).toEqual([
      ['code', 'VARCHAR'],
      ['n', 'BIGINT'],
      ['ratio', 'DOUBLE'],
      ['word, or two', 'VARCHAR'],
      ['split', 'VARCHAR'],
    ]);
    expect(rows[4]).toEqual(['#5', 9007199254740993n, 5, "it's; #1", splits[4]]);
    expect(rows[1]).toEqual(['0x8', 2n, null, 'a "quoted", thing', splits[1]]);
  });

  it('stay text where a column of numbers has a cell that is none, or one that no number holds', async () => {
    const { folder, manifest, write, fileOf } = await table([
      ['a', 'b', 'c', 'd'],
      ['1', '12345678901234567890', '1,5', '+1'],
      ['x', '1', '2,25', '1 000'],
      ['3', '2', '-7,125', '0012'],
    ]);
    const columns = manifest.columns.map((column) => ({
      ...column,
      type: 'number' as const,
      ...(column.name === 'c' && { decimalComma: true }),
    }));
    await write('rows-parquet', { of: { ...manifest, columns } });
    const { types, rows } = await parquet(fileOf('rows-parquet'));
    expect(types.map(([, type]) => type)).toEqual(['VARCHAR', 'VARCHAR', 'DOUBLE', 'DOUBLE', 'VARCHAR']);
    const [first] = await splitsOf(folder.blobs, manifest);
    expect(rows[0]).toEqual(['1', '12345678901234567890', 1.5, 1, first]);
    expect(rows.map((row) => row[3])).toEqual([1, 1000, 12]);
  });

  it('call the split otherwise where a column is called so', async () => {
    const { write, fileOf } = await table([
      ['Split', 'b'],
      ['pea', '1'],
      ['bean', '2'],
    ]);
    await write('rows-csv');
    expect((await readFile(fileOf('rows-csv'), 'utf8')).split('\n')[0]).toBe('Split,b,split_2');
  });

  it('are those that a filter shows, in their order, and the folders of three splits are imported as they are divided', async () => {
    const rows = Array.from({ length: 6000 }, (_, i) => [`w${i}`, String(i % 100)]);
    const { folder, manifest, write, fileOf } = await table([['word', 'n'], ...rows]);
    const some = await write('rows-csv', { filter: [{ kind: 'sql', expression: 'n >= 98' }] });
    expect(some.samples).toBe(120);
    const lines = (await readFile(fileOf('rows-csv'), 'utf8')).trimEnd().split('\n').slice(1);
    const splits = await splitsOf(folder.blobs, manifest);
    const wanted = rows.map((row, i) => [...row, splits[i]].join(',')).filter((_, i) => i % 100 >= 98);
    expect(lines).toEqual(wanted);
    for (const name of splitNames)
      await write('rows-jsonl', { filter: [{ kind: 'split', splits: [name] }], to: `by/${name}` });
    const again = (await importFrom(folder, ['by'], { target: null })).manifest;
    expect(again.splitSource).toBe('given');
    expect(again.splits).toEqual(manifest.splits);
    const at = namesOf(again).indexOf('split');
    const found = (await cellsOf(folder.blobs, again)).map((row) => row[at]);
    expect(found).toEqual(await splitsOf(folder.blobs, again));
  });

  it('are those after the recipe', async () => {
    const names = ['word', 'n'];
    const rows = [
      ['a', '1'],
      ['a', '1'],
      ['b', null],
    ];
    const { blobs, manifest, revise } = await tableOf({ names, rows }, null);
    const revised = await revise(recipeOf(['duplicates']));
    const folder = await dataFolder();
    const out = join(folder.path, 'out');
    const params = { blobs, manifest: revised.manifest, format: 'rows-jsonl' as const, out, images: true };
    expect((await exportData(params, quietContext())).samples).toBe(2);
    const lines = (await readFile(join(out, 'rows.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { word: string }).word)).toEqual(['a', 'b']);
    expect(manifest.samples).toBe(3);
  });

  it('never go over anything, nor half, nor where none is left', async () => {
    const { folder, write } = await table();
    await mkdir(join(folder.path, 'mine'));
    await writeFile(join(folder.path, 'mine', 'kept.txt'), 'kept');
    expect((await failure(write('rows-parquet', { to: 'mine' }))).code).toBe('folder_not_empty');
    expect(await readdir(join(folder.path, 'mine'))).toEqual(['kept.txt']);
    const none: Condition[] = [{ kind: 'sql', expression: 'n > 1e17' }];
    expect((await failure(write('rows-csv', { filter: none }))).code).toBe('nothing_selected');
    const abort = new AbortController();
    const stopped = new Error('stopped by the test');
    abort.abort(stopped);
    expect(await failure(write('rows-csv', { signal: abort.signal }))).toBe(stopped);
    expect((await readdir(folder.path)).sort()).toEqual(['blobs', 'mine', 'set.csv']);
  });

  it('are offered where annotations are asked for and there are none, and are of tables only', async () => {
    const { write } = await table();
    const error = await failure(write('csv'));
    expect(error.code).toBe('no_annotations');
    expect(error.message).toContain('rows-csv, rows-jsonl, rows-parquet');
    const boxes = { images: [{ id: 0, file_name: 'a.png', width: 40, height: 20 }], categories: [], annotations: [] };
    const { folder, manifest } = await annotated({ ...(await pictures('a.png')), 'a.json': JSON.stringify(boxes) });
    const params = { blobs: folder.blobs, manifest, out: join(folder.path, 'out'), images: true };
    const refused = await failure(exportData({ ...params, format: 'rows-csv' }, quietContext()));
    expect(refused.code).toBe('wrong_format');
    expect(refused.message).toContain('coco');
  });

  it('of annotated texts leave the annotations there, and say so', async () => {
    const { folder, manifest } = await annotated({ 'a.conll': 'Ada B-PER\nwent O\n\nRome B-LOC\nand O\nOslo B-LOC\n' });
    const params = { blobs: folder.blobs, manifest, format: 'rows-csv' as const, images: true };
    const all = await exportData({ ...params, out: join(folder.path, 'all') }, quietContext());
    expect(all).toMatchObject({ samples: 2, annotations: 0, lost: [{ what: 'annotations', count: 3 }] });
    const filter: Condition[] = [{ kind: 'samples', samples: '1' }];
    const one = await exportData({ ...params, out: join(folder.path, 'one'), filter }, quietContext());
    expect(one.lost).toEqual([{ what: 'annotations', count: 2 }]);
    expect(await readFile(join(folder.path, 'one', 'rows.csv'), 'utf8')).toContain('Rome and Oslo');
  });
});
