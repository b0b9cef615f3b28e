import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { mixedTable } from '../../support/data-table.ts';
import { survivesHostileInput } from '../../support/hostile.ts';
import { importedTable } from '../../support/read-back.ts';

const objects = (rows: number): Record<string, string>[] => {
  const { names, rows: cells } = mixedTable(rows);
  return cells.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
};
const lines = (values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

importerContract('json', {
  kind: 'table',
  samples: 300,
  classes: ['no', 'perhaps', 'yes'],
  async write(folder) {
    await writeFiles(folder, { 'source/mixed [1].json': JSON.stringify(objects(300), null, 2) });
    return ['source/mixed [1].json'];
  },
});

importerContract('json lines', {
  kind: 'table',
  samples: 300,
  classes: ['no', 'perhaps', 'yes'],
  async write(folder) {
    await writeFiles(folder, { 'source/mixed.jsonl': lines(objects(300)) });
    return ['source/mixed.jsonl'];
  },
});

const rows = [
  { a: 1, b: { c: 'x', d: [1, 2] }, e: true, f: null },
  { a: 2.5, b: { c: 'y "z"\n,', d: [] }, e: false, g: 'NA' },
  { a: -3e-7, b: { c: ' z ', d: [{ k: 'ü' }] } },
];
const cells = [
  ['1', 'x', '[1,2]', 'true', null, null],
  ['2.5', 'y "z"\n,', '[]', 'false', null, null],
  ['-3e-7', 'z', '[{"k":"ü"}]', null, null, null],
];

describe('forms', () => {
  it.each([
    ['an array', JSON.stringify(rows)],
    ['an array, indented', JSON.stringify(rows, null, 2)],
    ['an array with Windows line ends', JSON.stringify(rows, null, 2).replaceAll('\n', '\r\n')],
    ['lines', lines(rows)],
    ['lines with blank ones between', `\n${lines(rows).replaceAll('\n', '\n\n')}\n\n`],
    ['lines with Windows line ends', lines(rows).replaceAll('\n', '\r\n')],
    ['lines with old Macintosh line ends', lines(rows).replaceAll('\n', '\r')],
    ['an object with one array', JSON.stringify({ took: 3, shards: { total: 5 }, rows, tags: ['a'] })],
    ['such an object, indented', JSON.stringify({ rows, next: null }, null, '\t')],
    ['with a byte-order mark', `\ufeff${JSON.stringify(rows)}`],
    ['in UTF-16', Buffer.from(`\ufeff${lines(rows)}`, 'utf16le')],
  ])('%s', async (_, content) => {
    const table = await importedTable({ 'data.json': content });
    expect(table.names).toEqual(['a', 'b.c', 'b.d', 'e', 'f', 'g']);
    expect(table.rows).toEqual(cells);
    expect(table.manifest.rejectedCount).toBe(0);
    expect(table.notes).toContain('nested');
  });

  it('are told by content, whatever the file is called', async () => {
    expect((await importedTable({ 'data.txt': lines(rows) })).names).toContain('b.c');
    expect((await importedTable({ data: JSON.stringify(rows) })).names).toContain('b.c');
    expect((await importedTable({ 'data.csv': 'a,b\n{1},2\n{3},4\n' })).names).toEqual(['a', 'b']);
  });

  it('are offered with their columns', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a.json': JSON.stringify({ data: rows.map((row) => ({ ...row, label: 'x' })) }) });
    expect(await offerImport([`${folder.path}/a.json`])).toEqual([
      expect.objectContaining({
        kind: 'table',
        file: 'a.json',
        columns: ['a', 'b.c', 'b.d', 'e', 'f', 'label', 'g'],
        target: 'label',
        suggestedName: 'a',
      }),
    ]);
  });
});

describe('columns', () => {
  it('come in the order in which they are met, twice the same name made different', async () => {
    const table = await importedTable({
      'd.jsonl': lines([
        { z: 1, A: 2 },
        { a: 3, 'x.y': 4 },
        { x: { y: 5 }, '': 6 },
      ]),
    });
    expect(table.names).toEqual(['z', 'A', 'a_2', 'x.y', 'x.y_2', 'column_6']);
    expect(table.rows).toEqual([
      ['1', '2', null, null, null, null],
      [null, null, '3', '4', null, null],
      [null, null, null, null, '5', '6'],
    ]);
  });

  it('whose names would mean something in a path are found', async () => {
    const table = await importedTable({ 'd.jsonl': lines([{ "a/b~c'd": 1, '$.x': { '"q"': 2 } }, { '*': 3 }]) });
    expect(table.names).toEqual(["a/b~c'd", '$.x."q"', '*']);
    expect(table.rows).toEqual([
      ['1', '2', null],
      [null, null, '3'],
    ]);
  });

  it('that are objects here and values there stay whole', async () => {
    const table = await importedTable({ 'd.jsonl': lines([{ a: { b: 1 } }, { a: 'x' }, { a: {} }]) });
    expect(table.rows).toEqual([['{"b":1}'], ['x'], ['{}']]);
  });

  it('of ever new keys stay one', async () => {
    const table = await importedTable({
      'd.jsonl': lines(Array.from({ length: 400 }, (_, i) => ({ n: i, votes: { [`user ${i}`]: i } }))),
    });
    expect(table.names).toEqual(['n', 'votes']);
    expect(table.rows[7]).toEqual(['7', '{"user 7":7}']);
  });

  it('are typed and guessed as those of any table', async () => {
    const made = Array.from({ length: 60 }, (_, i) => ({
      id: 1000 + i,
      size: i % 9 ? i * 1.5 : 'unknown',
      nested: { colour: ['red', 'green'][i % 2] },
      label: ['a', 'b', 'c'][i % 3],
    }));
    const { column, manifest } = await importedTable({ 'd.json': JSON.stringify(made) });
    expect(column('id')).toMatchObject({ type: 'number', role: 'ignored', note: 'identifier' });
    expect(column('nested.colour')).toMatchObject({ type: 'category', role: 'feature' });
    expect(manifest).toMatchObject({ target: 'label', task: 'classification', splitSource: 'stratified' });
  });

  it('keep whole numbers that no float can hold', async () => {
    const table = await importedTable({
      'd.jsonl': '{"id":9007199254740993,"x":1}\n{"id":18446744073709551615,"x":2}\n',
    });
    expect(table.rows.map(([id]) => id)).toEqual(['9007199254740993', '18446744073709551615']);
  });
});

describe('bad input', () => {
  it('lists what is no object by line, and keeps the rest', async () => {
    const { manifest, rows: kept } = await importedTable({
      'd.jsonl': `{"a":1,"b":"x"}${' '.repeat(500)}\n{"a":2,\n\n[1,2]\n"text"\n{"a":3,"b":"y"}\n{"a":4,"b":"\u0000"}\n{"a":5}\n`,
    });
    expect(kept).toEqual([
      ['1', 'x'],
      ['3', 'y'],
      ['5', null],
    ]);
    expect(manifest.rejected.map(({ where, code }) => [where, code]).sort()).toEqual([
      ['line 2', 'bad_json'],
      ['line 4', 'not_an_object'],
      ['line 5', 'not_an_object'],
      ['line 7', 'bad_json'],
    ]);
    expect(manifest.rejectedCount).toBe(4);
  });

  it('lists them by number in an array, and says where that was cut off', async () => {
    const { manifest, rows: kept } = await importedTable({ 'd.json': '[{"a":1},\n{"a":nope},{"a":3},7,{"a":"cut' });
    expect(kept).toEqual([['1'], ['3']]);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['record 2', 'bad_json'],
      ['record 4', 'not_an_object'],
      ['record 5', 'bad_json'],
    ]);
    expect(manifest.notes.map(({ code }) => code)).toContain('cut_short');
  });

  it('leaves out what is too deep or too long to be a row', async () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const objectsDeep = `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`;
    const long = `{"a":"${'x'.repeat(3 << 20)}"}`;
    for (const content of [
      ['{"a":1}', deep, objectsDeep, long, '{"a":2}'].join('\n'),
      `[{"a":1},${deep},${objectsDeep},${long},{"a":2}]`,
    ]) {
      const { manifest, rows: kept } = await importedTable({ 'd.json': content });
      expect(kept).toEqual([['1'], ['2']]);
      expect(manifest.rejected.map(({ code }) => code)).toEqual(['too_deep', 'too_deep', 'line_too_long']);
    }
  });

  it.each([
    ['an indented object without rows', '{\n "a": {"b": 1},\n "c": [1, 2]\n}\n', 'not_a_table'],
    ['two arrays of objects', JSON.stringify({ a: rows, b: rows }), 'several_arrays'],
    ['an array of numbers', '[1, 2, 3]', 'no_rows'],
    ['an empty array', '[]', 'no_rows'],
    ['objects without keys', '[{}, {}]', 'not_a_table'],
    [
      'too many columns',
      lines(
        Array.from({ length: 50 }, (_, i) =>
          Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`k${i * 100 + k}`, 1])),
        ),
      ),
      'too_many_columns',
    ],
  ])('%s', async (_, content, code) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'bad.json': content });
    const error = await failure(importFrom(folder, ['bad.json']));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('bad.json');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  survivesHostileInput('an array', async () => ({ name: 'd.json', bytes: Buffer.from(JSON.stringify(objects(50))) }));
  survivesHostileInput('lines', async () => ({ name: 'd.jsonl', bytes: Buffer.from(lines(objects(50))) }));
});
