import { describe, expect, it } from 'vitest';
import { parquetSql, rowsOf, withDuck } from '../../../src-main/datasets/duck.ts';
import { profileVersion } from '../../../src-main/datasets/profile/profile.ts';
import { narrowed, ofColumns } from '../../../src-main/datasets/tables/stored-numbers.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';

/** Numbers of every way that they are kept in, dates, categories, texts and gaps, over and over. */
const kinds: ((i: number) => string)[] = [
  (i) => String((i * 37) % 101),
  (i) => ((i * 31) % 977) / 8 + 'e0',
  (i) => (((i * 13) % 499) / 100).toFixed(2),
  (i) => (i % 9 === 0 ? '' : `v${(i * 7) % 11}`),
  (i) => `2024-02-${String(1 + (i % 28)).padStart(2, '0')}`,
  (i) => (i % 5 === 0 ? 'NA' : String(i % 3)),
  (i) => `some words of row ${i} and of no other one`,
  (i) => `1.${String(100 + (i % 50))},5`,
];
const cell = (row: number, column: number): string => kinds[column % kinds.length](row + column);
const csvOf = (columns: readonly number[]): string =>
  [
    `row_no;${columns.map((c) => `column ${c}`).join(';')}`,
    ...Array.from({ length: 300 }, (_, r) => `${r % 2};${columns.map((c) => cell(r, c)).join(';')}`),
  ].join('\n');

describe('a wide table', () => {
  const wide = Array.from({ length: 90 }, (_, c) => c);

  it('is described and profiled as its columns are in tables of few', async () => {
    const folder = await dataFolder();
    const { blobs } = folder;
    const tableOf = async (columns: readonly number[]) => {
      const name = `${columns[0]}-${columns.length}.csv`;
      await writeFiles(folder.path, { [name]: csvOf(columns) });
      const { manifest } = await importFrom(folder, [name], { target: 'row_no' });
      return { manifest, profile: await profileVersion(blobs, manifest) };
    };
    const whole = await tableOf(wide);
    for (const first of [0, 24, 80]) {
      const few = await tableOf(wide.slice(first, first + 10));
      // Beside the target, which is in each.
      expect(whole.manifest.columns.slice(1 + first, 11 + first)).toEqual(few.manifest.columns.slice(1));
      expect(whole.profile.columns.slice(1 + first, 11 + first)).toEqual(few.profile.columns.slice(1));
    }
    expect(new Set(whole.manifest.columns.map(({ type }) => type))).toEqual(new Set(['number', 'category', 'text']));
  });

  it('has no more columns in a statement than it asks for, with the same cells', async () => {
    const folder = await dataFolder();
    const { blobs } = folder;
    await writeFiles(folder.path, { 'wide.csv': csvOf(wide) });
    const { manifest } = await importFrom(folder, ['wide.csv'], { target: 'row_no' });
    await withDuck({ blobs }, async (connection) => {
      const table = parquetSql(blobs, manifest.blobs.table!);
      const columnsOf = async (relation: string): Promise<string[]> =>
        (await connection.run(`SELECT * FROM ${relation} LIMIT 0`)).columnNames().filter((name) => name !== 'c');
      expect(await columnsOf(ofColumns(table, [3, 30]))).toEqual(
        expect.arrayContaining(['c3', 'c30', 'file_row_number']),
      );
      for (const name of await columnsOf(ofColumns(table, [3, 30]))) {
        expect(name).toMatch(/^(?:(?:c|stored|moment)(?:3|30)|file_row_number)$/);
      }
      expect(await columnsOf(narrowed(table, 'upper(c12)', 'c4 > c12'))).not.toContain('c1');
      const all = await rowsOf(connection, `SELECT c3, c12, c17, c30 FROM ${table} ORDER BY file_row_number`);
      const some = await rowsOf(
        connection,
        `SELECT c3, c12, c17, c30 FROM ${ofColumns(table, [3, 12, 17, 30])} ORDER BY file_row_number`,
      );
      expect(some).toEqual(all);
    });
  });
});
