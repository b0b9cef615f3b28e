import { parquetSql, rowsOf, withDuck } from '../../src-main/datasets/duck.ts';
import type { Manifest } from '../../src-main/shared/dataset.ts';
import type { ImportParams } from '../../src-main/shared/work/import.ts';
import { dataFolder, importFrom, writeFiles } from './data-import.ts';
import { reviews } from './texts.ts';

/** A cell as CSV takes any text. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Reviews as a table of texts and how they feel, imported. */
export async function reviewVersion(count = 200, params: Partial<ImportParams> = {}) {
  const folder = await dataFolder();
  const all = reviews(count);
  const lines = all.map(({ text, feeling }) => `${feeling},${quoted(text)}`);
  await writeFiles(folder.path, { 'reviews.csv': `feeling,review\n${lines.join('\n')}\n` });
  const { manifest } = await importFrom(folder, ['reviews.csv'], params);
  return { folder, manifest, reviews: all };
}

/** Where a column stands. */
export const columnAt = ({ columns }: Manifest, name: string): number =>
  columns.findIndex((each) => each.name === name);

/** A version's rows as they are stored. */
export async function storedRows(blobs: string, { columns, blobs: { table } }: Manifest): Promise<(string | null)[][]> {
  const cells = columns.map((_, i) => `c${i}`).join(', ');
  const rows = await withDuck({ blobs }, (connection) =>
    rowsOf(connection, `SELECT [${cells}] AS cells FROM ${parquetSql(blobs, table!)} ORDER BY file_row_number`),
  );
  return rows.map((row) => row.cells as (string | null)[]);
}
