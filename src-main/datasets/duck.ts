import { cpus, tmpdir } from 'node:os';
import {
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBInstance,
  DuckDBIntegerVector,
  UTINYINT,
  type DuckDBConnection,
  type DuckDBVector,
} from '@duckdb/node-api';
import type { BlobHash, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ImportContext } from './import-context.ts';
import { blobPath, partialPath, readBlob } from './blobs.ts';
import { sqlText } from './cells.ts';
import { asText } from './tables/stored-numbers.ts';

export interface DuckOptions {
  /** Where the blobs are; what does not fit its memory is spilled among the partial ones. Left out for a glance, which spills nothing. */
  blobs?: string;
  threads?: number;
  memoryMB?: number;
}

/** A private in-memory DuckDB: its memory is bounded, and it never reaches for the network. */
export async function openDuck({ blobs, threads, memoryMB = 768 }: DuckOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    threads: String(threads ?? Math.min(cpus().length, 8)),
    memory_limit: `${memoryMB}MB`,
    temp_directory: blobs === undefined ? '' : await spillFolder(blobs),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
}

/** Of this DuckDB alone, which makes it when it has to spill, and removes at its end what it made. */
async function spillFolder(blobs: string): Promise<string> {
  try {
    return await partialPath(blobs);
  } catch {
    // A workspace that is only looked at may be read-only.
    return tmpdir();
  }
}

const interruptEvery = 20; // ms

/** Opens one for the length of `work`; aborting `signal` interrupts the query that runs, and any that is still begun. */
export async function withDuck<T>(
  options: DuckOptions & { signal?: AbortSignal },
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await openDuck(options);
  const connection = await instance.connect();
  try {
    return await heeding(connection, options.signal, () => work(connection));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** `work`'s statements on this connection are interrupted when `signal` aborts; it then fails with the signal's reason. */
export async function heeding<T>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  let interrupting: ReturnType<typeof setInterval> | undefined;
  // DuckDB forgets an interrupt that comes before a query has begun, and `work` may be between two: so it is said until work has heard it.
  const interrupt = (): void => {
    connection.interrupt();
    interrupting = setInterval(() => connection.interrupt(), interruptEvery);
  };
  signal?.addEventListener('abort', interrupt);
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    clearInterval(interrupting);
  }
}

/** Reports how far the statements of `work` are, as DuckDB tells it, four times a second. `bytes`: how much there is, 0 if that says nothing. */
export async function whileReporting<T>(
  connection: DuckDBConnection,
  context: ImportContext,
  stage: string,
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  await connection.run(
    'SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0',
  );
  const report = (share: number): void => {
    const done = Math.round(bytes * share);
    context.progress({ stage, unit: 'bytes', done, total: bytes });
  };
  report(0);
  // The percentage is -1 until DuckDB knows better.
  const timer = setInterval(() => report(Math.min(1, Math.max(0, connection.progress.percentage / 100))), 250);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** All rows of a query as plain values: for answers that are small by nature. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJS() as Record<string, unknown>[];
}

/** Streams a large answer. Its first column is the sample number, which `visit` is given with the columns and the row within them. */
export async function eachRow(
  connection: DuckDBConnection,
  sql: string,
  visit: (sample: number, columns: DuckDBVector[], row: number) => void,
): Promise<void> {
  await eachRows(connection, sql, (samples, columns) => {
    for (let r = 0; r < samples.length; r++) visit(samples[r], columns, r);
  });
}

/** As `eachRow`, some rows at once: for what is done to millions of them. */
export async function eachRows(
  connection: DuckDBConnection,
  sql: string,
  visit: (samples: Int32Array, columns: DuckDBVector[]) => void,
): Promise<void> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const columns: DuckDBVector[] = [];
    for (let c = 0; c < chunk.columnCount; c++) columns.push(chunk.getColumnVector(c));
    visit(int32sOf(columns[0]), columns);
  }
}

/** An INTEGER column as it lies there, where none is NULL: asking item by item takes ten times as long, which counts for millions. */
export function int32sOf(vector: DuckDBVector): Int32Array {
  if (vector instanceof DuckDBIntegerVector) return vector['items'];
  throw new AtelierError('internal', `A column of INTEGER was wanted, not of ${String(vector.type)}.`);
}

/** A DOUBLE column as it lies there, where none is NULL. */
export function float64sOf(vector: DuckDBVector): Float64Array {
  if (vector instanceof DuckDBDoubleVector) return vector['items'];
  throw new AtelierError('internal', `A column of DOUBLE was wanted, not of ${String(vector.type)}.`);
}

/** A path as DuckDB takes it in `read_…`, where an ordinary name like "data[1].csv" would be a pattern. */
export const sqlPath = (path: string): string => sqlText(path.replace(/[*?[\]]/g, '[$&]'));

/** The rows of a table's Parquet file: c0, c1, …, all text, and `file_row_number`. See `stored-numbers.ts` for what may be read quicker. */
export const parquetFileSql = (path: string): string =>
  asText(`read_parquet(${sqlPath(path)}, file_row_number = true)`);
/** The Parquet file of a table version, with `file_row_number` as the sample number. */
export const parquetSql = (blobs: string, table: BlobHash): string => parquetFileSql(blobPath(blobs, table));

/**
 * Inside the Parquet file columns are called c0, c1, … in the manifest's order: the names people give (twice the same, one that differs
 * in case alone, "split") must not meet SQL's own rules.
 */
export type ColumnSql = (name: string) => string;
export function columnSql(manifest: Pick<Manifest, 'columns'>): ColumnSql {
  const index = new Map(manifest.columns.map((column, i) => [column.name, `c${i}`]));
  return (name) => {
    const found = index.get(name);
    if (found !== undefined) return found;
    throw new AtelierError(
      'unknown_column',
      `There is no column "${name}". The columns are: ${[...index.keys()].join(', ')}.`,
    );
  };
}

const chunkRows = 2048;

/** A table version's rows beside their split: c0, c1, …, `file_row_number` and `split` (the byte, see `splitNames`; or another one per row). */
export async function sampleRelation(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Pick<Manifest, 'blobs'>,
  bytes?: Uint8Array,
): Promise<string> {
  if (!manifest.blobs.table) throw new AtelierError('internal', 'A table version without a table.');
  await connection.run('CREATE OR REPLACE TEMP TABLE sample_split (split UTINYINT)');
  const split = bytes ?? (await readBlob(blobs, manifest.blobs.split));
  const appender = await connection.createAppender('sample_split');
  for (let start = 0; start < split.length; start += chunkRows) {
    const rows = split.subarray(start, start + chunkRows);
    const chunk = DuckDBDataChunk.create([UTINYINT], rows.length);
    chunk.setColumnValues(0, Array.from(rows));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  return `(SELECT * FROM ${parquetSql(blobs, manifest.blobs.table)} POSITIONAL JOIN sample_split)`;
}
