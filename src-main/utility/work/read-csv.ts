import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { decodeHead } from '../../datasets/csv/encoding.ts';
import { parseRecords } from '../../datasets/csv/records.ts';
import { sniffDialect, type Dialect } from '../../datasets/csv/sniff.ts';
import { AtelierError } from '../../shared/errors.ts';

/** Predicting holds the file's rows in memory; larger tables are imported and evaluated. */
const maxBytes = 256 * 2 ** 20;

export interface CsvRows {
  columns: string[];
  rows: string[][];
  /** The line that each row begins on, from 1. */
  lines: number[];
}

/** A whole CSV file's rows, in any delimiter and encoding. Rows of another length are an error: a prediction must not be missing silently. */
export function readCsvRows(path: string): CsvRows {
  const name = basename(path);
  const { size } = statSync(path);
  if (size > maxBytes) {
    throw new AtelierError(
      'file_too_large',
      `${name} has ${Math.round(size / 2 ** 20)} MB; at most 256 MB are predicted at once. Split it.`,
    );
  }
  const text = decodeHead(readFileSync(path), name);
  if (text.trim() === '') throw new AtelierError('empty_file', `${name} is empty.`);
  const dialect = sniffDialect(text, true) ?? singleColumn(text);
  if (!dialect.header) {
    throw new AtelierError(
      'no_header',
      `${name} has no header line. The first line must name the columns that the model was trained on.`,
    );
  }
  const records = parseRecords(skipLines(text, dialect.skipLines), dialect.delimiter, dialect.quote).slice(1);
  const filled = records.filter(({ cells }) => cells.length > 1 || cells[0] !== '' || dialect.columns === 1);
  const ragged = filled.find(({ cells }) => cells.length !== dialect.columns);
  if (ragged) {
    throw new AtelierError(
      'ragged_row',
      `${name}, line ${ragged.line + dialect.skipLines}: ${ragged.cells.length} cells, the header has ${dialect.columns}. Mend the line and try again.`,
    );
  }
  return {
    columns: dialect.names,
    rows: filled.map(({ cells }) => cells),
    lines: filled.map(({ line }) => line + dialect.skipLines),
  };
}

/** A model may take one column only, which no delimiter shows. */
function singleColumn(text: string): Dialect {
  const header = text.slice(0, text.search(/[\r\n]|$/)).trim();
  return {
    delimiter: ',',
    quote: '"',
    columns: 1,
    skipLines: 0,
    header: true,
    names: [header.replace(/^"(.*)"$/, '$1')],
  };
}

function skipLines(text: string, count: number): string {
  let at = 0;
  for (let i = 0; i < count; i++) at = text.indexOf('\n', at) + 1;
  return text.slice(at);
}
