import { access, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AtelierError } from '../../shared/errors.ts';
import { adopt, createBlob, partialPath, writeBlob } from '../blobs.ts';
import { presentSql, sqlText, trimSql } from '../cells.ts';
import { describeTable } from '../csv/describe.ts';
import { asUtf8, decodeHead, surveyText, type Survey } from '../csv/encoding.ts';
import { readingNotes } from '../csv/notes.ts';
import { listRejects } from '../csv/rejects.ts';
import { sniffDialect, type Dialect } from '../csv/sniff.ts';
import { parquetFileSql, sqlPath, whileReporting, withDuck } from '../duck.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { naming, systemError } from '../system-errors.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type ImportContext, type Importer } from './importer.ts';

const headLength = 1 << 20;
const maxColumns = 4096;
/** What tables are called, and what they are called too. */
const tableNames = /\.(csv|tsv|tab|psv)$/i;
const textNames = /\.(txt|data|dat)$/i;

/** Tables written as text, with any delimiter, quoting and encoding. */
export const csv: Importer = {
  async offer(source) {
    const file = await tableFile(source);
    if (!file) return null;
    const dialect = await readDialect(file);
    return {
      kind: 'table',
      suggestedName: source.suggestedName,
      files: 1,
      folders: 0,
      bytes: await totalBytes([file]),
      columns: dialect.names,
      target: guessTargetName(dialect.names),
    };
  },

  async read(source, params, context) {
    const file = await tableFile(source);
    if (!file) throw new AtelierError('unknown_format', `${source.root} holds no table.`);
    const name = basename(file.path);
    const dialect = await readDialect(file);
    if (params.target && !dialect.names.includes(params.target)) {
      throw new AtelierError(
        'unknown_column',
        `There is no column "${params.target}" to be the target. The columns are: ${dialect.names.join(', ')}.`,
      );
    }
    const total = await totalBytes([file]);
    const survey = await surveyText(file, context.signal, (done) =>
      context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total }),
    );
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    const temporary: string[] = [];
    try {
      const path = await plainText(params.blobs, file, survey, context, temporary);
      // What DuckDB holds at once grows with the columns, not with the rows.
      const memoryMB = Math.min(4096, 768 + 2 * dialect.columns);
      return await withDuck({ blobs: params.blobs, signal: context.signal, memoryMB }, async (connection) => {
        const parquet = await partialPath(params.blobs);
        temporary.push(parquet);
        await whileReporting(connection, context, 'converting', survey.bytes, () =>
          convert(connection, path, parquet, dialect),
        );
        await listRejects(connection, rejects, dialect);
        const { split, ...manifest } = await whileReporting(connection, context, 'profiling', 0, () =>
          describeTable(connection, parquetFileSql(parquet), dialect.names, params, name),
        );
        context.signal.throwIfAborted();
        // The large one last: should the disk fill up here, next to nothing is left behind.
        const blobs = { split: await writeBlob(params.blobs, split), table: await adopt(params.blobs, parquet) };
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            blobs,
            sources: [{ name: file.relative, bytes: survey.bytes, sha256: survey.sha256 }],
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes: [...readingNotes(name, dialect, survey, rejects), ...manifest.notes],
          },
        };
      });
    } catch (error) {
      // DuckDB reads the source and writes beside the blobs in one statement, and its words do not tell which of them failed.
      const gone = await naming({ reading: file.path }, () => access(file.path)).catch((vanished: unknown) => vanished);
      throw context.signal.aborted ? error : (gone ?? systemError(error, { writing: params.blobs }));
    } finally {
      for (const path of temporary) await rm(path, { force: true }).catch(() => undefined);
    }
  },
};

/** The one table among the files: several at once are refused rather than mixed. */
async function tableFile(source: Source): Promise<FoundFile | null> {
  const called = (pattern: RegExp): FoundFile[] => source.files.filter((file) => pattern.test(file.relative));
  const named = [called(tableNames), called(textNames)].find((files) => files.length > 0);
  const candidates = named ?? source.files;
  if (candidates.length === 0) return null;
  if (candidates.length > 1) {
    if (!named) return null;
    const some = candidates.slice(0, 3).map((file) => file.relative);
    throw new AtelierError(
      'several_tables',
      `${candidates.length} tables were given (${some.join(', ')}${candidates.length > 3 ? ', …' : ''}). Import them one at a time.`,
    );
  }
  return candidates[0];
}

async function readDialect(file: FoundFile): Promise<Dialect> {
  const name = basename(file.path);
  const head = await readHead(file, headLength);
  if (head.length === 0) throw new AtelierError('empty_file', `${name} is empty (0 bytes). Nothing was imported.`);
  const text = decodeHead(head, name);
  if (text.trim() === '')
    throw new AtelierError('empty_file', `${name} holds nothing but blank lines. Nothing was imported.`);
  const dialect = sniffDialect(text, head.length < headLength);
  if (!dialect) {
    throw new AtelierError(
      'not_a_table',
      `${name} does not look like a table: no delimiter (comma, tab, semicolon, …) cuts its lines into the same number of columns. A table needs at least two columns.`,
    );
  }
  if (dialect.columns > maxColumns) {
    throw new AtelierError(
      'too_many_columns',
      `${name} has ${dialect.columns} columns; at most ${maxColumns} are read.`,
    );
  }
  return dialect;
}

/** The path of the file as UTF-8 with one kind of line end: itself, or a passing copy. */
async function plainText(
  blobs: string,
  file: FoundFile,
  survey: Survey,
  context: ImportContext,
  temporary: string[],
): Promise<string> {
  if (survey.encoding === 'utf-8' && !survey.damaged && !survey.mixedNewlines) return file.path;
  const copy = await createBlob(blobs);
  temporary.push(copy.path);
  let done = 0;
  try {
    for await (const chunk of asUtf8(file, survey, context.signal)) {
      await copy.write(chunk);
      context.progress({ stage: 'converting', unit: 'bytes', done: (done += chunk.length), total: 0 });
    }
    await copy.close();
  } catch (error) {
    await copy.abort();
    throw error;
  }
  return copy.path;
}

/** One statement from text to Parquet: cells trimmed, missing words turned NULL, rows in the source's order. */
async function convert(connection: DuckDBConnection, from: string, to: string, dialect: Dialect): Promise<void> {
  const names = dialect.names.map((_, i) => `c${i}`);
  const quote = sqlText(dialect.quote);
  const read = `read_csv(${sqlPath(from)}, auto_detect = false, compression = 'none', encoding = 'utf-8',
    delim = ${sqlText(dialect.delimiter)}, quote = ${quote}, escape = ${quote}, header = ${dialect.header}, skip = ${dialect.skipLines},
    columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}, store_rejects = true, rejects_limit = 0,
    max_line_size = 2097152, buffer_size = 8388608)`;
  const trimmed = names.map((name) => `${trimSql(name)} AS ${name}`).join(', ');
  const present = names.map((name) => `${presentSql(name)} AS ${name}`).join(', ');
  await connection.run(
    `COPY (SELECT ${present} FROM (SELECT ${trimmed} FROM ${read})) TO ${sqlText(to)} (FORMAT parquet)`,
  );
}
