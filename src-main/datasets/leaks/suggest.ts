import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { columnSql, parquetSql } from '../duck.ts';
import { looksLikeDates } from '../divide/dates.ts';

/** Names that people give to what samples belong to: a word of the name, or its end after "_" or a capital. */
const groupName =
  /(^|[_\s.-])(patient|subject|person|user|customer|client|group|session|speaker|author|device|household|family|site|participant|student|account|id)s?([_\s.-]|\d*$)|[a-z](Id|ID)$/i;
const timeName = /(^|[_\s.-])(date|time|datetime|timestamp|day|month|year|when|created|updated)([_\s.-]|$)|日期|时间/i;

/** There are enough groups to be divided, and so many of the samples are not the first of theirs. */
const fewestGroups = 5;
const shareAgain = 0.1;

/** Columns whose values look like groups that samples belong to: they come again, and have a name that says so. */
export function groupColumns(manifest: Manifest): string[] {
  const looksSo = ({ name, type, role, distinct, missing, text }: Column): boolean =>
    role !== 'target' &&
    (type !== 'text' || (text !== undefined && text.words.mean < 2)) &&
    groupName.test(name) &&
    distinct >= fewestGroups &&
    distinct <= (manifest.samples - missing) * (1 - shareAgain);
  return manifest.columns.filter(looksSo).map(({ name }) => name);
}

/** The column that most likely says of when a sample is: its cells are dates, or numbers with a name that says so. */
export async function timeColumn(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
): Promise<string | null> {
  const table = parquetSql(blobs, manifest.blobs.table!);
  const sql = columnSql(manifest);
  const candidates = manifest.columns.filter(({ role, distinct }) => role !== 'target' && distinct > 2);
  const named = ({ name }: Column): boolean => timeName.test(name);
  for (const column of [...candidates.filter(named), ...candidates.filter((each) => !named(each))]) {
    if (
      column.type === 'number'
        ? /timestamp|unixtime|epoch/i.test(column.name)
        : await looksLikeDates(connection, table, sql(column.name))
    ) {
      return column.name;
    }
  }
  return null;
}

/** What stands before the last "_" or "-" of an image's name, which is often who or what was taken several times. */
export const namePrefix = '([^/]+)[_-][^/_-]*$';
