import { basename } from 'node:path';
import { likelySeparator, splitClasses } from '../../shared/class-sets.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams } from '../../shared/work/import.ts';
import { missingWords, parseNumber, sqlText } from '../cells.ts';
import { asUtf8, decodeHead, guessEncoding, isBinary } from '../csv/encoding.ts';
import { readingNotes } from '../csv/notes.ts';
import { parseRecords } from '../csv/records.ts';
import { listRejects } from '../csv/rejects.ts';
import { sniffDialect, type Dialect } from '../csv/sniff.ts';
import { hopeOf, surveyTable, type Hope, type TableSurvey } from '../csv/survey.ts';
import { sqlPath, withDuck } from '../duck.ts';
import { contentName, readHead, totalBytes, type FoundFile } from '../source.ts';
import { checkColumns, checkTarget, memoryFor, storeTable, toldApart, type StoredTable } from '../tables/store.ts';
import { storedColumn, type StoredCells } from '../tables/stored-numbers.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type Importer, type Offer, type ReadContext } from './importer.ts';

const headLength = 1 << 20;
/** Files so called may be tables, or just texts. */
export const textNames = /\.(txt|data|dat)$/i;

/** Tables written as text, with any delimiter, quoting and encoding. One file. */
export const csv: Importer = {
  async offer(source) {
    const [file] = source.files;
    const { dialect, head } = await openTable(file);
    const several = severalIn(decodeHead(head, file.relative), dialect);
    return [
      {
        kind: 'table',
        suggestedName: source.suggestedName,
        files: 1,
        folders: 0,
        bytes: await totalBytes([file]),
        columns: dialect.names,
        target: guessTargetName(dialect.names),
        ...(several.length > 0 && { several }),
      },
    ];
  },

  async read(source, params, context) {
    const [given] = source.files;
    const { dialect, head } = await openTable(given);
    checkTarget(params.target, dialect.names);
    return toldApart([given], params, context, async () => {
      const { file, source: stored } = await context.staging.plain(given, context);
      const rejects = new Rejects();
      for (const { where, code, message } of source.refused) rejects.add(where, code, message);
      const reading = { file, name: basename(given.relative), dialect, rejects, params };
      const hope = cutsMissing(dialect) ? null : hopeOf(head, dialect);
      const { survey, table } = await (hope ? readAtOnce(reading, hope, context) : readInTurn(reading, context));
      const notes = readingNotes(reading.name, dialect, survey, rejects.count - source.refused.length);
      return {
        suggestedName: source.suggestedName,
        manifest: {
          ...table,
          sources: [stored ?? { name: file.relative, bytes: survey.stored, sha256: survey.sha256 }],
          rejectedCount: rejects.count,
          rejected: rejects.list,
          notes: [...notes, ...table.notes],
        },
      };
    });
  },
};

interface Reading {
  file: FoundFile;
  name: string;
  dialect: Dialect;
  rejects: Rejects;
  params: ImportParams;
}

interface Read {
  survey: TableSurvey;
  table: StoredTable;
}

/** DuckDB's reader knows missing words by itself, if they are not cut. */
const cutsMissing = ({ delimiter }: Dialect): boolean => missingWords.some((word) => word.includes(delimiter));

/** Surveys the file while DuckDB reads it already, which is for nothing where it is not what its beginning promises. */
async function readAtOnce(reading: Reading, hope: Hope, context: ReadContext): Promise<Read> {
  const { file, dialect } = reading;
  const stop = new AbortController();
  const quietly = (): void => undefined;
  const surveying = surveyTable(file, dialect, context.signal, quietly, hope, () => stop.abort());
  // Should it fail, that is met below, when DuckDB has been heard.
  surveying.catch(() => stop.abort());
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const cells = { path: file.path, clean: true, ...hope };
  try {
    const table = await store(reading, cells, { ...context, signal }, async () => {
      const survey = await surveying;
      signal.throwIfAborted();
      return survey;
    });
    return { survey: await surveying, table };
  } catch (error) {
    // What DuckDB says of a file that it should not have been given says nothing.
    const survey = await surveying;
    context.signal.throwIfAborted();
    if (!stop.signal.aborted) throw error;
    return readSurveyed(reading, survey, context);
  }
}

async function readInTurn(reading: Reading, context: ReadContext): Promise<Read> {
  const { file, dialect } = reading;
  const total = await totalBytes([file]);
  const progress = (done: number): void =>
    context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total });
  return readSurveyed(reading, await surveyTable(file, dialect, context.signal, progress), context);
}

async function readSurveyed(reading: Reading, survey: TableSurvey, context: ReadContext): Promise<Read> {
  const { file, dialect } = reading;
  const path = survey.plain
    ? file.path
    : await context.staging.write(reported(asUtf8(file, survey, context.signal), context));
  const clean = survey.plain && !survey.blanks && !cutsMissing(dialect);
  const cells = { path, clean, missing: survey.missing, kept: clean ? survey.kept : [] };
  return { survey, table: await store(reading, cells, context, () => Promise.resolve(survey)) };
}

/** Where cells are read, whether they are kept just so, and whether words among them mean that they are missing. */
interface Cells {
  path: string;
  clean: boolean;
  missing: boolean;
  /** Columns that are read as values; they need `clean`. */
  kept: readonly (StoredCells | null)[];
}

/** `surveyed`: awaited when all rows are written. */
async function store(
  { file, name, dialect, rejects, params }: Reading,
  cells: Cells,
  context: ReadContext,
  surveyed: () => Promise<TableSurvey>,
): Promise<StoredTable> {
  const bytes = await totalBytes([file]);
  const options = { blobs: params.blobs, signal: context.signal, memoryMB: memoryFor(dialect.columns) };
  return withDuck(options, (connection) => {
    const table = { relation: readSql(cells, dialect), clean: cells.clean, names: dialect.names, bytes, name };
    return storeTable(connection, table, params, context, async () => {
      const { plainNumbers } = await surveyed();
      await listRejects(connection, rejects, dialect);
      return { plainNumbers };
    });
  });
}

/** Text, not rows: nothing cuts it into columns, or nothing but what also stands between words. The first file speaks for all. */
export async function isProse([file, ...others]: readonly FoundFile[]): Promise<boolean> {
  const head = await readHead(file, headLength);
  // One that cannot be read is told of as a table; of several it is one among texts.
  if (head.length === 0 || isBinary(head, guessEncoding(head))) return others.length > 0;
  const text = decodeHead(head, basename(file.relative));
  if (text.trim() === '') return others.length > 0;
  const dialect = sniffDialect(text, head.length < headLength);
  if (!dialect) return true;
  const rows = parseRecords(text, dialect.delimiter, dialect.quote).filter(({ cells }) => cells.length > 1);
  if (rows.length < 3) return true;
  const isNumber = (cell = ''): boolean => parseNumber(cell.trim(), true) !== null;
  const numbers = dialect.names.some((_, c) => rows.filter(({ cells }) => isNumber(cells[c])).length > rows.length / 2);
  return (dialect.delimiter === ' ' || dialect.delimiter === ':') && !numbers;
}

/** So much of the beginning tells whether cells name several classes. */
const lookedAt = 1 << 16;

/** Columns whose cells look like several classes each. */
function severalIn(
  head: string,
  { delimiter, quote, names, header, skipLines }: Dialect,
): NonNullable<Offer['several']> {
  const text = head.slice(0, lookedAt);
  const records = parseRecords(text, delimiter, quote, head.length > lookedAt);
  const rows = records.filter(({ line }) => line > skipLines).slice(header ? 1 : 0);
  return names.flatMap((column, i) => {
    const cells = [...new Set(rows.map((row) => row.cells[i]?.trim() ?? ''))].filter((cell) => cell !== '');
    const separator = likelySeparator(cells);
    const example = cells.find((cell) => separator !== null && splitClasses(cell, separator).length > 1);
    return separator === null || example === undefined ? [] : [{ column, separator, example }];
  });
}

/** What is offered is mostly read next, and telling how it is written takes a third of a second. */
const dialects = new WeakMap<FoundFile, Dialect>();

/** How the table is written, with the beginning of the file that says so. */
async function openTable(file: FoundFile): Promise<{ dialect: Dialect; head: Uint8Array }> {
  const name = basename(contentName(file));
  const head = await readHead(file, headLength);
  if (head.length === 0) throw new AtelierError('empty_file', `${name} is empty (0 bytes). Nothing was imported.`);
  const text = decodeHead(head, name);
  if (text.trim() === '')
    throw new AtelierError('empty_file', `${name} holds nothing but blank lines. Nothing was imported.`);
  const dialect = dialects.get(file) ?? sniffDialect(text, head.length < headLength);
  if (!dialect) {
    throw new AtelierError(
      'not_a_table',
      `${name} does not look like a table: no delimiter (comma, tab, semicolon, …) cuts its lines into the same number of columns. A table needs at least two columns.`,
    );
  }
  checkColumns(dialect.columns, name);
  dialects.set(file, dialect);
  return { dialect, head };
}

async function* reported(chunks: AsyncIterable<Uint8Array>, context: ReadContext): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    context.progress({ stage: 'converting', unit: 'bytes', done: (done += chunk.length), total: 0 });
  }
}

/** The rows as they are written; what does not fit is left out and kept in DuckDB's tables of rejects. */
function readSql({ path, clean, missing: words, kept }: Cells, dialect: Dialect): string {
  const quote = sqlText(dialect.quote);
  const columns = dialect.names.map((_, i) => {
    const [name, type] = storedColumn(i, kept[i] ?? null);
    return `${name}: '${type}'`;
  });
  const missing = clean ? `nullstr = [${(words ? missingWords : ['']).map(sqlText).join(', ')}],` : '';
  return `read_csv(${sqlPath(path)}, auto_detect = false, compression = 'none', encoding = 'utf-8',
    delim = ${sqlText(dialect.delimiter)}, quote = ${quote}, escape = ${quote}, ${missing} header = ${dialect.header}, skip = ${dialect.skipLines},
    columns = {${columns.join(', ')}}, store_rejects = true, rejects_limit = 0,
    max_line_size = 2097152, buffer_size = 8388608)`;
}
