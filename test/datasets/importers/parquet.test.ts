import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { readBlob } from '../../../src-main/datasets/blobs.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { parquetBytes, sqlText, valuesSql } from '../../support/data-parquet.ts';
import { mixedTable } from '../../support/data-table.ts';
import { survivesHostileInput } from '../../support/hostile.ts';
import { importedTable } from '../../support/read-back.ts';

const mixed = (rows: number, options = ''): Promise<Buffer> => {
  const table = mixedTable(rows);
  return parquetBytes(
    valuesSql(
      table.names,
      table.rows.map((row) => row.map(sqlText)),
    ),
    options,
  );
};

importerContract('parquet', {
  kind: 'table',
  samples: 300,
  classes: ['no', 'perhaps', 'yes'],
  async write(folder) {
    await writeFiles(folder, { 'source/mixed [1].parquet': await mixed(300) });
    return ['source/mixed [1].parquet'];
  },
});

const typed = `SELECT 1 AS "A", 2.5::DOUBLE AS a, 0.1::FLOAT AS f, 1.10::DECIMAL(9,3) AS price, DATE '2020-02-03' AS day,
  TIMESTAMP '2020-01-01 10:00:00' AS at, TIMESTAMPTZ '2020-01-01 10:00:00+02' AS zoned, TIME '10:00:01' AS clock, true AS yes,
  {'b': 2, 'c d': {'e': 'x'}} AS s, [1, 2] AS list, MAP {'k': 1} AS map, 'text'::BLOB AS bytes, '\\xFF\\x00'::BLOB AS image,
  [{'p': '\\x00'::BLOB}] AS images, NULL::VARCHAR AS none, 'NaN'::DOUBLE AS nan, 9007199254740993 AS big, ' trimmed ' AS t`;

describe('values', () => {
  it('become text, structs columns of their own, lists JSON', async () => {
    const { names, rows, manifest, notes } = await importedTable({ 'd.parquet': await parquetBytes(typed) });
    expect(Object.fromEntries(names.map((name, i) => [name, rows[0][i]]))).toEqual({
      A: '1',
      a_1: '2.5',
      f: '0.1',
      price: '1.100',
      day: '2020-02-03',
      at: '2020-01-01 10:00:00',
      zoned: '2020-01-01 08:00:00+00',
      clock: '10:00:01',
      yes: 'true',
      's.b': '2',
      's.c d.e': 'x',
      list: '[1,2]',
      map: '{"k":1}',
      bytes: 'text',
      none: null,
      nan: null,
      big: '9007199254740993',
      t: 'trimmed',
    });
    expect(notes).toEqual(expect.arrayContaining(['nested', 'binary_left_out']));
    expect(manifest.notes.find(({ code }) => code === 'binary_left_out')!.message).toContain('image, images');
  });

  it('are typed, and a target guessed, as in any table', async () => {
    const { column, manifest } = await importedTable({
      'd.parquet': await parquetBytes(
        "SELECT range AS id, range * 1.5 AS size, 'c' || (range % 3) AS class, range % 2 = 0 AS flag FROM range(100)",
      ),
    });
    expect(column('id')).toMatchObject({ type: 'number', role: 'ignored', note: 'identifier' });
    expect(column('size')).toMatchObject({ type: 'number', role: 'feature', min: 0, max: 148.5 });
    expect(column('flag')).toMatchObject({ type: 'category', distinct: 2 });
    expect(manifest).toMatchObject({ target: 'class', task: 'classification' });
  });
});

describe('files', () => {
  const part = (from: number, to: number): Promise<Buffer> =>
    parquetBytes(`SELECT range AS n, 'k' || (range % 2) AS label FROM range(${from}, ${to})`);

  it('of the same columns are one table, those called test the test split', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/data/test-00000-of-00001.parquet': await part(100, 130),
      'set/data/train-00000-of-00002.parquet': await part(0, 60),
      'set/data/train-00001-of-00002.parquet': await part(60, 100),
    });
    expect(await offerImport([`${folder.path}/set`])).toMatchObject([
      { kind: 'table', files: 3, columns: ['n', 'label'], target: 'label', suggestedName: 'set' },
    ]);
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest).toMatchObject({
      samples: 130,
      splitSource: 'given',
      splits: { train: 90, validation: 10, test: 30 },
    });
    const split = await readBlob(folder.blobs, manifest.blobs.split);
    expect(new Set(split.subarray(100))).toEqual(new Set([2]));
    expect(manifest.sources.map(({ name }) => name)).toEqual([
      'data/train-00000-of-00002.parquet',
      'data/train-00001-of-00002.parquet',
      'data/test-00000-of-00001.parquet',
    ]);
  });

  it('of other columns are offered each by itself', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/a.parquet': await part(0, 40),
      'set/b.parquet': await parquetBytes('SELECT range AS n, range AS label FROM range(9)'),
    });
    const offers = await offerImport([`${folder.path}/set`]);
    expect(offers.map(({ file, suggestedName }) => [file, suggestedName])).toEqual([
      ['a.parquet', 'a'],
      ['b.parquet', 'b'],
    ]);
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'several_tables' });
    expect((await importFrom(folder, ['set'], { file: 'b.parquet' })).manifest.samples).toBe(9);
  });

  it('are told by content', async () => {
    expect((await importedTable({ 'd.csv': await part(0, 9) })).names).toEqual(['n', 'label']);
  });
});

describe('bad input', () => {
  it.each([
    ['no rows', async () => parquetBytes('SELECT 1 AS a, 2 AS b LIMIT 0'), 'no_rows'],
    ['nothing but bytes', async () => parquetBytes("SELECT '\\xFF'::BLOB AS a"), 'not_a_table'],
    ['only the first bytes', async () => Buffer.from('PAR1 and no more'), 'unreadable'],
    [
      'a billion rows in a few bytes',
      async () => parquetBytes('SELECT 7 AS a, 7 AS b FROM range(60_000_000)', 'ROW_GROUP_SIZE 60_000_000'),
      'unpacks_too_large',
    ],
  ])('%s', async (_, bytes, code) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'bad.parquet': await bytes() });
    const error = await failure(importFrom(folder, ['bad.parquet']));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('bad.parquet');
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  survivesHostileInput(
    'parquet',
    async () => ({ name: 'd.parquet', bytes: await mixed(200, 'ROW_GROUP_SIZE 100') }),
    4,
  );
});
