import { dirname } from 'node:path/posix';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { sqlText } from '../cells.ts';
import { columnSql, eachRow, int32sOf, parquetSql } from '../duck.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import type { Groups } from './groups.ts';

const maxPattern = 500;

/** What a sample's group or key is taken from: a table's column or an image's path, or what a pattern finds there. */
export interface KeyWish {
  column?: string;
  pattern?: string;
}

/** Throws `invalid_pattern`. `part`: 1 where the pattern has a group in parentheses, else 0. */
export function checkPattern(pattern: string): { pattern: RegExp; part: 0 | 1 } {
  try {
    if (pattern.length > maxPattern) throw new Error(`It is longer than ${maxPattern} characters.`);
    const groups = new RegExp(`${pattern}|`, 'u').exec('')!.length - 1;
    return { pattern: new RegExp(pattern, 'u'), part: groups > 0 ? 1 : 0 };
  } catch (error) {
    throw invalidPattern(pattern, error);
  }
}

const invalidPattern = (pattern: string, error: unknown): AtelierError =>
  new AtelierError(
    'invalid_pattern',
    `"${pattern}" is no regular expression that can be used. One like ^([^_]+)_ takes what stands before the first underscore.`,
    [error instanceof Error ? error.message : String(error)],
  );

/** The key as SQL over a table version's rows; NULL where the cell is missing or the pattern finds nothing. Throws `unknown_column`, `invalid_pattern`. */
export function keySql(manifest: Manifest, { column, pattern }: KeyWish): string {
  if (column === undefined) {
    throw new AtelierError('no_column', 'Say which column to divide by: in a table the samples have no names.');
  }
  const cell = columnSql(manifest)(column);
  if (pattern === undefined) return cell;
  return `nullif(regexp_extract(${cell}, ${sqlText(pattern)}, ${checkPattern(pattern).part}), '')`;
}

/** DuckDB's expressions (RE2) know no look-around: that is only found when they run. */
export async function withPattern<T>(pattern: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (pattern === undefined || error instanceof AtelierError) throw error;
    if (/perl operator|invalid|missing|regex/i.test(String(error))) throw invalidPattern(pattern, error);
    throw error;
  }
}

/** The groups that a table's rows are in. */
export async function tableGroups(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  wish: KeyWish,
): Promise<Groups> {
  return withPattern(wish.pattern, () =>
    groupRows(connection, parquetSql(blobs, manifest.blobs.table!), manifest.samples, keySql(manifest, wish)),
  );
}

/** Numbers rows by the value of an SQL expression; those where it is NULL are in no group. */
export async function groupRows(
  connection: DuckDBConnection,
  table: string,
  samples: number,
  expression: string,
): Promise<Groups> {
  const [low, high] = [new Int32Array(samples), new Int32Array(samples)];
  await hashRows(connection, table, expression, low, high, 0);
  return numberPairs(low, high);
}

/**
 * Each row's value of an SQL expression as two numbers, laid into `low` and `high` from `from` on; `low` is -1 where it is NULL. 62 bits of a
 * hash stand for the value: of ten million values two meet once in a hundred thousand datasets.
 */
export async function hashRows(
  connection: DuckDBConnection,
  table: string,
  expression: string,
  low: Int32Array,
  high: Int32Array,
  from: number,
): Promise<void> {
  const query = `SELECT sample, coalesce((h & 2147483647)::INTEGER, -1), coalesce(((h >> 31) & 2147483647)::INTEGER, -1)
    FROM (SELECT file_row_number::INTEGER AS sample, if(k IS NULL, NULL, hash(k)) AS h FROM (SELECT file_row_number, ${expression} AS k FROM ${narrowed(table, expression)}))`;
  await eachRow(connection, query, (sample, columns, r) => {
    low[from + sample] = int32sOf(columns[1])[r];
    high[from + sample] = int32sOf(columns[2])[r];
  });
}

/** Equal pairs get the same number; a negative `low` is in no group. An open hash table: a Map of ten million keys would take gigabytes. */
export function numberPairs(low: Int32Array, high: Int32Array): Groups {
  const mask = 2 ** Math.ceil(Math.log2(low.length * 1.5 + 2)) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const ids = new Int32Array(low.length).fill(-1);
  let count = 0;
  for (let i = 0; i < low.length; i++) {
    if (low[i] < 0) continue;
    let slot = (low[i] ^ Math.imul(high[i], 0x9e3779b1)) & mask;
    while (table[slot] >= 0 && (low[table[slot]] !== low[i] || high[table[slot]] !== high[i])) slot = (slot + 1) & mask;
    if (table[slot] < 0) {
      table[slot] = i;
      ids[i] = count++;
    } else ids[i] = ids[table[slot]];
  }
  return { ids, count };
}

/** Each image's path inside the source. */
export async function imageNames(blobs: string, manifest: Manifest): Promise<string[]> {
  if (!manifest.blobs.names) throw new AtelierError('internal', 'An image version without names.');
  return JSON.parse(new TextDecoder().decode(await readBlob(blobs, manifest.blobs.names))) as string[];
}

/** What the pattern finds in each path; null where it finds nothing. Without one the folder, or with `whole` the path. */
export async function imageKeys(
  blobs: string,
  manifest: Manifest,
  { column, pattern }: KeyWish,
  whole = false,
): Promise<(string | null)[]> {
  if (column !== undefined) {
    throw new AtelierError(
      'unknown_column',
      `Images have no columns, so none is called "${column}". They are divided by their folder or by a pattern of their path.`,
    );
  }
  const names = await imageNames(blobs, manifest);
  if (pattern === undefined) return whole ? names : names.map((name) => dirname(name));
  const { pattern: expression, part } = checkPattern(pattern);
  return names.map((name) => expression.exec(name)?.[part] || null);
}

export function groupKeys(keys: readonly (string | null)[]): Groups {
  const numbers = new Map<string, number>();
  const ids = Int32Array.from(keys, (key) => {
    if (key === null) return -1;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
  return { ids, count: numbers.size };
}
