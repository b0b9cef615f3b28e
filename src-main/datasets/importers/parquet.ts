import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, SourceFile } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { rowsOf, sqlPath, withDuck } from '../duck.ts';
import { classNamesOf } from '../parquet/features.ts';
import { difference, parquetRows, readSchema, textColumns, type Schema, type TextColumn } from '../parquet/columns.ts';
import { readHead, storedAs, totalBytes, type FoundFile } from '../source.ts';
import { checkTarget, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';
import { givenSplit, inOrder } from './split-files.ts';

/** A file with far more cells than bytes is made to fill the disk: what repeats packs well, but a version keeps every row. */
const maxCellsPerByte = 1000;
const alwaysCells = 100e6;

/** Apache Parquet: one file, or several of the same columns, of which some may be called train and others test. */
export const parquet: Importer = {
  async offer(source) {
    if (!(await areParquet(source.files))) return [];
    const plain = source.files.filter(({ packed }) => !packed);
    // What is packed would have to be unpacked to be looked at: its columns are told when it is read.
    const names = plain.length > 0 ? (await glance(plain)).names : [];
    return [
      {
        kind: 'table',
        suggestedName: source.suggestedName,
        files: source.files.length,
        folders: 0,
        bytes: await totalBytes(source.files),
        columns: names,
        target: guessTargetName(names),
      },
    ];
  },

  async read(source, params, context) {
    const given = inOrder(source.files);
    const name = given.length === 1 ? basename(given[0].relative) : source.suggestedName;
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    return toldApart(given, params, context, async () => {
      const { paths, sources } = await bringHere(given, context);
      const bytes = sources.reduce((sum, file) => sum + file.bytes, 0);
      return withDuck({ blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(0) }, async (connection) => {
        const schema = await commonSchema(connection, given, paths);
        const rows = await countRows(connection, paths, name, bytes, schema.names.length);
        const { columns, binary } = await textColumns(connection, paths, schema, name);
        if (columns.length === 0) throw new AtelierError('not_a_table', `${name} holds no column that can be read.`);
        const named = await classNamesOf(connection, paths[0], source.beside ?? source.files);
        const names = columns.map((column) => column.name);
        checkTarget(params.target, names);
        const cells = columns.map((column, i) => `${withNames(column, named.get(column.name))} AS c${i}`).join(', ');
        const relation = `(SELECT ${cells} FROM ${parquetRows(paths, schema.names.length)})`;
        const splitGiven = givenSplit(given, rows);
        const table = { relation, names, bytes, name, given: splitGiven };
        const manifest = await storeTable(connection, table, params, context);
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            sources,
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes: [...readingNotes(given.length, columns, binary), ...manifest.notes],
          },
        };
      });
    });
  },
};

/** A class's number by its name, where there is one; -1 stands for none. */
function withNames({ sql }: TextColumn, names: readonly string[] | undefined): string {
  if (!names) return sql;
  const number = `try_cast(${sql} AS INTEGER)`;
  return `CASE WHEN ${number} = -1 THEN NULL WHEN ${number} >= 0 THEN coalesce(list_extract([${names.map(sqlText).join(', ')}], ${number} + 1), ${sql}) ELSE ${sql} END`;
}

async function areParquet(files: readonly FoundFile[]): Promise<boolean> {
  for (const file of files) {
    const head = await readHead(file, 4);
    if (Buffer.from(head).toString('latin1') !== 'PAR1') return false;
  }
  return true;
}

/** The columns, from the ends of the files. Throws `schemas_differ`, `unreadable`. */
function glance(files: readonly FoundFile[]): Promise<Schema> {
  const paths = files.map(({ path }) => path);
  return toldApart(files, {}, new AbortController(), () =>
    withDuck({ memoryMB: memoryFor(0) }, (connection) => commonSchema(connection, files, paths)),
  );
}

/** Files that DuckDB can open, and what each is as it is stored. */
async function bringHere(
  files: readonly FoundFile[],
  context: ReadContext,
): Promise<{ paths: string[]; sources: SourceFile[] }> {
  const paths: string[] = [];
  const sources: SourceFile[] = [];
  const total = await totalBytes([...files]);
  let before = 0;
  for (const each of files) {
    const { file, source } = await context.staging.plain(each, context);
    paths.push(file.path);
    if (source) sources.push(source);
    else {
      const progress = (bytes: number): void =>
        context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(total, before + bytes), total });
      const described = await storedAs(file, context.signal, progress);
      before += described.bytes;
      sources.push(described);
    }
  }
  return { paths, sources };
}

async function commonSchema(
  connection: DuckDBConnection,
  files: readonly FoundFile[],
  paths: readonly string[],
): Promise<Schema> {
  const first = await readSchema(connection, paths[0]);
  for (const [i, path] of paths.entries()) {
    const differs = i === 0 ? null : difference(first, await readSchema(connection, path));
    if (differs === null) continue;
    throw new AtelierError(
      'schemas_differ',
      `${files[0].relative} and ${files[i].relative} do not have the same columns: ${differs}. Import them one at a time.`,
    );
  }
  return first;
}

/** Rows of each file. Throws `unpacks_too_large`, `no_rows`. */
async function countRows(
  connection: DuckDBConnection,
  paths: readonly string[],
  name: string,
  bytes: number,
  columns: number,
): Promise<number[]> {
  const rows: number[] = [];
  for (const path of paths) {
    const [{ n }] = await rowsOf(connection, `SELECT num_rows AS n FROM parquet_file_metadata(${sqlPath(path)})`);
    rows.push(Number(n));
  }
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total === 0) throw new AtelierError('no_rows', `${name} holds no rows. Nothing was imported.`);
  if (total * columns > Math.max(alwaysCells, bytes * maxCellsPerByte)) {
    throw new AtelierError(
      'unpacks_too_large',
      `${name} claims ${total} rows in ${bytes} bytes, which unpack to far more than they should. Nothing was stored; if it is what it should be, import a part of it.`,
    );
  }
  return rows;
}

function readingNotes(files: number, columns: readonly TextColumn[], binary: readonly string[]): Manifest['notes'] {
  const notes = [{ code: 'dialect', message: files === 1 ? 'Read as Parquet.' : `Read as Parquet, ${files} files.` }];
  const nested = columns.filter((column) => column.nested).map((column) => column.name);
  const some = (names: readonly string[]): string => `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  if (nested.length > 0)
    notes.push({ code: 'nested', message: `Lists and maps were kept as JSON text: ${some(nested)}.` });
  if (binary.length > 0) {
    notes.push({
      code: 'binary_left_out',
      message: `Columns of bytes that are no text (images, sounds) were left out: ${some(binary)}.`,
    });
  }
  return notes;
}
