import { cpus } from 'node:os';
import { DuckDBDataChunk, DuckDBInstance, UTINYINT, type DuckDBConnection } from '@duckdb/node-api';
import { splitNames, type BlobHash, type Manifest } from '../shared/dataset.ts';
import { blobPath, readBlob } from './blobs.ts';
import { sqlText } from './cells.ts';

/** A private in-memory DuckDB: its memory is bounded, it never reaches for the network, and it spills beside the blobs when it must. */
export async function openDuck(spillFolder: string, threads = Math.min(cpus().length, 8)): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: '768MB',
    temp_directory: spillFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  return instance.connect();
}

/** Opens one for the length of `work`; aborting `signal` interrupts the query that runs. */
export async function withDuck<T>(
  options: { spillFolder: string; signal?: AbortSignal; threads?: number },
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await openDuck(options.spillFolder, options.threads);
  const interrupt = (): void => connection.interrupt();
  options.signal?.addEventListener('abort', interrupt);
  try {
    options.signal?.throwIfAborted();
    return await work(connection);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

/** All rows of a query as plain values: for answers that are small by nature. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJS() as Record<string, unknown>[];
}

const chunkRows = 2048;

/**
 * The table of a version as a relation `samples`: its columns, `file_row_number` (the sample number) and, through `splits`, where each belongs.
 * Returns the Parquet scan's SQL; makes the temporary table `splits(sample, split)` in this connection.
 */
export async function loadSplitTable(connection: DuckDBConnection, name: string, split: Uint8Array): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} (split UTINYINT)`);
  const appender = await connection.createAppender(name);
  for (let start = 0; start < split.length; start += chunkRows) {
    const rows = split.subarray(start, start + chunkRows);
    const chunk = DuckDBDataChunk.create([UTINYINT], rows.length);
    chunk.setColumnValues(0, Array.from(rows));
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
}

/** The Parquet file of a table version as SQL, with `file_row_number` as the sample number. */
export const parquetSql = (blobs: string, table: BlobHash): string =>
  `read_parquet(${sqlText(blobPath(blobs, table))}, file_row_number = true)`;

/** Rows of the table beside their split: `samples JOIN splits` by position, the cheapest join there is. */
export async function sampleRelation(connection: DuckDBConnection, blobs: string, manifest: Manifest): Promise<string> {
  if (!manifest.blobs.table) throw new Error('a table version without a table');
  const split = await readBlob(blobs, manifest.blobs.split);
  const name = `split_${manifest.blobs.split.slice(0, 16)}`;
  await loadSplitTable(connection, name, split);
  return `(SELECT * FROM ${parquetSql(blobs, manifest.blobs.table)} POSITIONAL JOIN ${name})`;
}

export const splitCode = (name: (typeof splitNames)[number]): number => splitNames.indexOf(name);
