import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** What DuckDB writes for a query as Parquet. `options` as in its COPY statement. */
export async function parquetBytes(query: string, options = ''): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-parquet-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(folder, 'made.parquet');
    await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options && `, ${options}`})`);
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** Rows as a query: each a list of SQL expressions. */
export const valuesSql = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
  `SELECT * FROM (VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}) AS t(${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')})`;

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
