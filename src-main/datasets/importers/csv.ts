import { basename } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { missingWords, parseNumber, sqlText } from '../cells.ts';
import { BlankFinder } from '../csv/blanks.ts';
import { asUtf8, decodeHead, guessEncoding, isBinary, surveyText, type Survey } from '../csv/encoding.ts';
import { readingNotes } from '../csv/notes.ts';
import { parseRecords } from '../csv/records.ts';
import { listRejects } from '../csv/rejects.ts';
import { sniffDialect, type Dialect } from '../csv/sniff.ts';
import { sqlPath, withDuck } from '../duck.ts';
import { contentName, readHead, totalBytes, type FoundFile } from '../source.ts';
import { checkColumns, checkTarget, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { guessTargetName } from '../target.ts';
import { Rejects, type Importer, type ReadContext } from './importer.ts';

const headLength = 1 << 20;
/** Files so called may be tables, or just texts. */
export const textNames = /\.(txt|data|dat)$/i;

/** Tables written as text, with any delimiter, quoting and encoding. One file. */
export const csv: Importer = {
  async offer(source) {
    const [file] = source.files;
    const dialect = await readDialect(file);
    return [
      {
        kind: 'table',
        suggestedName: source.suggestedName,
        files: 1,
        folders: 0,
        bytes: await totalBytes([file]),
        columns: dialect.names,
        target: guessTargetName(dialect.names),
      },
    ];
  },

  async read(source, params, context) {
    const [given] = source.files;
    const name = basename(given.relative);
    const dialect = await readDialect(given);
    checkTarget(params.target, dialect.names);
    const rejects = new Rejects();
    for (const { where, code, message } of source.refused) rejects.add(where, code, message);
    return toldApart([given], params, context, async () => {
      const { file, source: stored } = await context.staging.plain(given, context);
      const total = await totalBytes([file]);
      const blanks = new BlankFinder(dialect);
      const progress = (done: number): void =>
        context.progress({ stage: 'reading', unit: 'bytes', done: Math.min(done, total), total });
      const survey = await surveyText(file, context.signal, progress, (chunk) => blanks.see(chunk));
      blanks.end();
      const path = await plainText(file, survey, context);
      // DuckDB's reader knows missing words by itself, if nothing stands around them.
      const clean =
        path === file.path && !blanks.found && !missingWords.some((word) => word.includes(dialect.delimiter));
      const memoryMB = memoryFor(dialect.columns);
      return withDuck({ blobs: params.blobs, signal: context.signal, memoryMB }, async (connection) => {
        const relation = readSql(path, dialect, clean);
        const manifest = await storeTable(
          connection,
          { relation, clean, names: dialect.names, bytes: survey.bytes, name },
          params,
          context,
          () => listRejects(connection, rejects, dialect),
        );
        return {
          suggestedName: source.suggestedName,
          manifest: {
            ...manifest,
            sources: [stored ?? { name: file.relative, bytes: survey.stored, sha256: survey.sha256 }],
            rejectedCount: rejects.count,
            rejected: rejects.list,
            notes: [...readingNotes(name, dialect, survey, rejects.count - source.refused.length), ...manifest.notes],
          },
        };
      });
    });
  },
};

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

async function readDialect(file: FoundFile): Promise<Dialect> {
  const name = basename(contentName(file));
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
  checkColumns(dialect.columns, name);
  return dialect;
}

/** The path of the file as UTF-8 with one kind of line end: itself, or a passing copy. */
async function plainText(file: FoundFile, survey: Survey, context: ReadContext): Promise<string> {
  if (survey.encoding === 'utf-8' && !survey.damaged && !survey.mixedNewlines) return file.path;
  return context.staging.write(reported(asUtf8(file, survey, context.signal), context));
}

async function* reported(chunks: AsyncIterable<Uint8Array>, context: ReadContext): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    context.progress({ stage: 'converting', unit: 'bytes', done: (done += chunk.length), total: 0 });
  }
}

/** The rows as they are written; what does not fit is left out and kept in DuckDB's tables of rejects. */
function readSql(path: string, dialect: Dialect, clean: boolean): string {
  const quote = sqlText(dialect.quote);
  const missing = clean ? `nullstr = [${missingWords.map(sqlText).join(', ')}],` : '';
  return `read_csv(${sqlPath(path)}, auto_detect = false, compression = 'none', encoding = 'utf-8',
    delim = ${sqlText(dialect.delimiter)}, quote = ${quote}, escape = ${quote}, ${missing} header = ${dialect.header}, skip = ${dialect.skipLines},
    columns = {${dialect.names.map((_, i) => `c${i}: 'VARCHAR'`).join(', ')}}, store_rejects = true, rejects_limit = 0,
    max_line_size = 2097152, buffer_size = 8388608)`;
}
