import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { adopt, createBlob, partialPath, writeBlob } from '../blobs.ts';
import { presentSql, sqlText, trimSql } from '../cells.ts';
import { countColumns, describeColumn, judgeColumn } from '../columns.ts';
import { asUtf8, decodeHead, surveyText, type Survey } from '../csv/encoding.ts';
import { sniffDialect, type Dialect } from '../csv/sniff.ts';
import { parquetFileSql, rowsOf, sqlPath, withDuck } from '../duck.ts';
import { readHead, totalBytes, type FoundFile, type Source } from '../source.ts';
import { countSplits, defaultFractions, divide } from '../splits.ts';
import { readTarget, targetNotes } from '../table-target.ts';
import { guessTarget, guessTargetName, targetType } from '../target.ts';
import { systemError } from '../system-errors.ts';
import { Rejects, type ImportContext, type Importer } from './importer.ts';

const headLength = 1 << 20;
const maxColumns = 4096;
const extensions = /\.(csv|tsv|tab|psv|txt|data|dat)$/i;

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
    const survey = await surveyText(file, context.signal, (done) =>
      context.progress({ stage: 'reading', unit: 'bytes', done, total: 0 }),
    );
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    const temporary: string[] = [];
    try {
      const path = await plainText(params.blobs, file, survey, context, temporary);
      // What DuckDB holds at once grows with the columns, not with the rows.
      const memoryMB = Math.min(4096, 768 + 2 * dialect.columns);
      return await withDuck({ spillFolder: params.blobs, signal: context.signal, memoryMB }, async (connection) => {
        const parquet = await partialPath(params.blobs);
        temporary.push(parquet);
        await convert(connection, path, parquet, dialect, context);
        await listRejects(connection, rejects, dialect);
        const { split, ...manifest } = await describe(
          connection,
          parquetFileSql(parquet),
          dialect,
          params,
          context,
          name,
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
      // DuckDB reads the source and writes the blob in one statement; its words tell which of them failed.
      const about =
        error instanceof Error && error.message.includes(file.path)
          ? { reading: file.path }
          : { writing: params.blobs };
      throw systemError(error, about);
    } finally {
      for (const path of temporary) await rm(path, { force: true }).catch(() => undefined);
    }
  },
};

/** The one table among the files: several at once are refused rather than mixed. */
async function tableFile(source: Source): Promise<FoundFile | null> {
  const named = source.files.filter((file) => extensions.test(file.relative));
  const candidates = named.length > 0 ? named : source.files;
  if (candidates.length === 0) return null;
  if (candidates.length > 1) {
    if (named.length === 0) return null;
    throw new AtelierError(
      'several_tables',
      `${candidates.length} tables were given (${candidates
        .slice(0, 3)
        .map((file) => file.relative)
        .join(', ')}${candidates.length > 3 ? ', …' : ''}). Import them one at a time.`,
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
async function convert(
  connection: DuckDBConnection,
  from: string,
  to: string,
  dialect: Dialect,
  context: ImportContext,
): Promise<void> {
  const names = dialect.names.map((_, i) => `c${i}`);
  const quote = sqlText(dialect.quote);
  const read = `read_csv(${sqlPath(from)}, auto_detect = false, compression = 'none', encoding = 'utf-8',
    delim = ${sqlText(dialect.delimiter)}, quote = ${quote}, escape = ${quote}, header = ${dialect.header}, skip = ${dialect.skipLines},
    columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}, store_rejects = true, rejects_limit = 0)`;
  const trimmed = names.map((name) => `${trimSql(name)} AS ${name}`).join(', ');
  const present = names.map((name) => `${presentSql(name)} AS ${name}`).join(', ');
  // `percentage` stays at -1 until DuckDB knows better.
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    context.progress({
      stage: 'converting',
      unit: 'steps',
      done: Math.max(0, Math.round(percentage * 10)),
      total: 1000,
    });
  }, 150);
  try {
    await connection.run(
      `COPY (SELECT ${present} FROM (SELECT ${trimmed} FROM ${read})) TO ${sqlText(to)} (FORMAT parquet)`,
    );
  } finally {
    clearInterval(timer);
  }
}

/** Rows that did not fit, by line, in words. */
async function listRejects(connection: DuckDBConnection, rejects: Rejects, dialect: Dialect): Promise<void> {
  const rows = await rowsOf(
    connection,
    `SELECT line::BIGINT AS line, first(error_type::VARCHAR) AS kind, first(error_message) AS message, first(csv_line[:80]) AS text
     FROM reject_errors GROUP BY line ORDER BY line LIMIT 1000`,
  );
  const [{ n }] = await rowsOf(connection, 'SELECT count(DISTINCT line) AS n FROM reject_errors');
  for (const row of rows) {
    const found = /Found: (\d+)/.exec(String(row.message))?.[1];
    const where = `line ${row.line}`;
    switch (row.kind) {
      case 'MISSING COLUMNS':
      case 'TOO MANY COLUMNS':
        rejects.add(where, 'ragged_row', `Line ${row.line} has ${found} cells, the others have ${dialect.columns}.`);
        break;
      case 'UNQUOTED VALUE':
        rejects.add(where, 'broken_quote', `Line ${row.line}: a quote is not closed, or text follows a closed one.`);
        break;
      case 'LINE SIZE OVER MAXIMUM':
        rejects.add(where, 'line_too_long', `Line ${row.line} is longer than 2 MB.`);
        break;
      case 'INVALID ENCODING':
        rejects.add(where, 'invalid_text', `Line ${row.line} holds bytes that are not text.`);
        break;
      default:
        rejects.add(where, 'bad_row', `Line ${row.line}: ${String(row.message).split('\n')[0]}`);
    }
  }
  rejects.count += Number(n) - rows.length;
}

/** Types, target, classes and split of the table now in Parquet. */
async function describe(
  connection: DuckDBConnection,
  relation: string,
  dialect: Dialect,
  params: { target?: string | null; splitSeed: number },
  context: ImportContext,
  name: string,
): Promise<Omit<Manifest, 'blobs' | 'sources' | 'rejected' | 'rejectedCount'> & { split: Uint8Array }> {
  context.progress({ stage: 'profiling', unit: 'steps', done: 0, total: 0 });
  const facts = await countColumns(
    connection,
    relation,
    dialect.names.map((_, i) => i),
  );
  const rows = facts[0].rows;
  if (rows === 0) {
    throw new AtelierError('no_rows', `${name} has a header but no rows that could be read. Nothing was imported.`);
  }
  const judged = facts.map((each, i) => ({ name: dialect.names[i], ...judgeColumn(dialect.names[i], each) }));
  if (params.target && !dialect.names.includes(params.target)) {
    throw new AtelierError(
      'unknown_column',
      `There is no column "${params.target}" to be the target. The columns are: ${dialect.names.join(', ')}.`,
    );
  }
  const target = params.target === undefined ? guessTarget(judged, facts) : params.target;
  const columns: Column[] = [];
  for (const [i, column] of judged.entries()) {
    const chosen =
      column.name === target
        ? { ...column, role: 'target' as const, type: targetType(column, facts[i]), note: undefined }
        : column;
    columns.push(await describeColumn(connection, relation, i, facts[i], chosen));
  }
  const found = await readTarget(connection, relation, columns, target);
  const split = divide(rows, found.labels, defaultFractions, params.splitSeed);
  return {
    kind: 'table',
    samples: rows,
    columns,
    target,
    task: found.task,
    classes: found.classes,
    image: null,
    splits: countSplits(split),
    splitSource: found.labels ? 'stratified' : 'random',
    splitSeed: params.splitSeed,
    split,
    notes: targetNotes(columns, target, found),
  };
}

const delimiterNames: Record<string, string> = {
  ',': 'comma',
  '\t': 'tab',
  ';': 'semicolon',
  '|': 'bar',
  ' ': 'space',
  ':': 'colon',
};
const encodingNames = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1252': 'Latin-1 (Windows-1252)',
};

function readingNotes(
  name: string,
  dialect: Dialect,
  survey: Survey,
  rejects: Rejects,
): { code: string; message: string }[] {
  const notes = [
    {
      code: 'dialect',
      message: `Read as ${encodingNames[survey.encoding]}, delimiter ${delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`}, ${dialect.header ? 'with' : 'without'} a header line.`,
    },
  ];
  if (survey.damaged)
    notes.push({ code: 'damaged_text', message: `${name} holds bytes that are not UTF-8; they read as "�".` });
  if (dialect.skipLines > 0 && dialect.header)
    notes.push({
      code: 'skipped_lines',
      message: `The first ${dialect.skipLines} lines come before the table and were left out.`,
    });
  if (rejects.count > 0)
    notes.push({
      code: 'rejected',
      message: `${rejects.count} rows could not be read and were left out; the others were kept.`,
    });
  return notes;
}
