import { access } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams } from '../../shared/work/import.ts';
import { adopt, flush, writeBlob } from '../blobs.ts';
import { presentSql, trimSql } from '../cells.ts';
import { describeTable } from '../csv/describe.ts';
import { parquetFileSql, sqlPath, whileReporting } from '../duck.ts';
import type { ReadContext } from '../importers/importer.ts';
import type { FoundFile } from '../source.ts';
import { naming, systemError } from '../system-errors.ts';

export const maxColumns = 4096;

/** Rows on their way into a version, from whatever format. */
export interface TableRows {
  /** Columns c0, c1, …, all VARCHAR, in the source's order; those of them that are numbers may be as `stored-numbers.ts` says, where cells are `clean`. */
  relation: string;
  names: readonly string[];
  /** Cells are as they are kept already: trimmed, and NULL where they are missing. */
  clean?: boolean;
  /** For progress: bytes that are read for it, 0 if that says nothing. */
  bytes: number;
  /** What the table is called in messages. */
  name: string;
  /** The split byte per row where the source is divided already. */
  given?: Uint8Array | null;
}

/** What is only known when all rows were read. */
export interface Written {
  /** See `countColumns`. */
  plainNumbers?: boolean;
}

export type StoredTable = Omit<Manifest, 'sources' | 'rejected' | 'rejectedCount' | 'split'>;

/**
 * Stores the rows as Parquet, cells trimmed and missing words turned NULL, and says what they are. Every format ends here, so that types,
 * target and splits are judged alike. `written` runs between.
 */
export async function storeTable(
  connection: DuckDBConnection,
  table: TableRows,
  params: ImportParams,
  context: ReadContext,
  written: () => Promise<Written> = () => Promise.resolve({}),
): Promise<StoredTable> {
  const parquet = await context.staging.path();
  await whileReporting(connection, context, 'converting', table.bytes, () => writeCells(connection, table, parquet));
  const { plainNumbers } = await written();
  // The processor hashes, and the disk writes, while the cells are looked at.
  const flushed = flush(params.blobs, parquet);
  // Should it fail, that is met when the blob is made.
  flushed.catch(() => undefined);
  const described = whileReporting(connection, context, 'profiling', 0, () =>
    describeTable(connection, parquetFileSql(parquet), table.names, params, table.name, table.given, plainNumbers),
  );
  // Whatever comes of it, nothing is left working.
  const { split, ...manifest } = await described.finally(() => flushed.catch(() => undefined));
  context.signal.throwIfAborted();
  // The large one last: should the disk fill up here, next to nothing is left behind.
  const blobs = { split: await writeBlob(params.blobs, split), table: await adopt(params.blobs, parquet, flushed) };
  return { ...manifest, blobs };
}

/**
 * Numbers as the differences between them, dictionaries only for columns that repeat themselves, and no filters for looking values up, which
 * nobody does: a third of the time that it takes to write them otherwise.
 */
export const quickly = 'PARQUET_VERSION v2, COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT 5000, WRITE_BLOOM_FILTER false';

/** One statement from rows to Parquet. */
async function writeCells(
  connection: DuckDBConnection,
  { relation, names, clean }: TableRows,
  to: string,
): Promise<void> {
  const cells = names.map((_, i) => `c${i}`);
  const trimmed = cells.map((name) => `${trimSql(name)} AS ${name}`).join(', ');
  const present = cells.map((name) => `${presentSql(name)} AS ${name}`).join(', ');
  const rows = clean ? `FROM ${relation}` : `SELECT ${present} FROM (SELECT ${trimmed} FROM ${relation})`;
  await connection.run(`COPY (${rows}) TO ${sqlPath(to)} (FORMAT parquet, ${quickly})`);
}

/** What DuckDB holds at once grows with the columns, not with the rows. */
export const memoryFor = (columns: number): number => Math.min(4096, 768 + 2 * columns);

/** Throws `unknown_column` where the target asked for is not among the columns. */
export function checkTarget(target: string | null | undefined, names: readonly string[]): void {
  if (!target || names.includes(target)) return;
  throw new AtelierError(
    'unknown_column',
    `There is no column "${target}" to be the target. The columns are: ${names.join(', ')}.`,
  );
}

/** Throws `too_many_columns`. */
export function checkColumns(count: number, name: string, advice = ''): void {
  if (count <= maxColumns) return;
  throw new AtelierError(
    'too_many_columns',
    `${name} has ${count} columns; at most ${maxColumns} are read.${advice && ` ${advice}`}`,
  );
}

/**
 * DuckDB reads the source and writes beside the blobs in one statement, and its words do not tell which of them failed: this does. What it
 * says of the content itself becomes `unreadable`.
 */
export async function toldApart<T>(
  files: readonly FoundFile[],
  params: { blobs?: string },
  { signal }: { signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || error instanceof AtelierError) throw error;
    for (const { path } of files) await naming({ reading: path }, () => access(path));
    const told = systemError(
      error,
      params.blobs === undefined ? { reading: files[0].path } : { writing: params.blobs },
    );
    throw told instanceof AtelierError || !isDuckError(told) ? told : unreadable(files[0], told);
  }
}

/** DuckDB's errors are plain ones, whose words begin with their kind. */
const isDuckError = (error: Error): boolean => /^[A-Z][A-Za-z ]+ Error: /.test(error.message);

function unreadable({ relative }: FoundFile, error: Error): AtelierError {
  const [words] = error.message.split('\n');
  return /^Out of Memory/i.test(words)
    ? new AtelierError(
        'rows_too_large',
        `${relative} needs more memory to be read than an import may use: its rows are too large. Nothing was stored; cut it into several files, or leave out what is large in it.`,
        [words],
      )
    : new AtelierError(
        'unreadable',
        `${relative} is damaged, or not what it seems to be, and cannot be read. Copy or download it again.`,
        [words],
      );
}
