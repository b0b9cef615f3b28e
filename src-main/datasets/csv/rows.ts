import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { naming } from '../system-errors.ts';
import { decodeHead } from './encoding.ts';
import { parseRecords } from './records.ts';
import { sniffDialect } from './sniff.ts';

const maxBytes = 256 << 20;

export interface TableRows {
  names: string[];
  /** Cells as written, in the order of `names`. */
  rows: string[][];
  /** The line each row begins on, from 1. */
  lines: number[];
  /** Lines that have another number of cells than the rest; they are not among the rows. */
  ragged: number[];
}

/**
 * A whole table file at once, for predicting on it. `expected` are columns that a model wants: a first line that holds them is a header,
 * whatever its content looks like. Throws `empty_file`, `not_text`, `not_a_table`, `file_too_large`.
 */
export async function readTableRows(path: string, expected: readonly string[] = []): Promise<TableRows> {
  const name = basename(path);
  const { size } = await naming({ reading: path }, () => stat(path));
  if (size === 0) throw new AtelierError('empty_file', `${name} is empty (0 bytes).`);
  if (size > maxBytes) {
    throw new AtelierError(
      'file_too_large',
      `${name} is larger than ${maxBytes >> 20} MB. Import it as a dataset, or split it.`,
    );
  }
  const text = decodeHead(await naming({ reading: path }, () => readFile(path)), name);
  const dialect = sniffDialect(text, true) ?? singleColumn(text, expected);
  if (!dialect) throw new AtelierError('not_a_table', `${name} does not look like a table with a row per line.`);
  const records = parseRecords(text, dialect.delimiter, dialect.quote).filter(
    ({ cells, line }) => line > dialect.skipLines && !(cells.length === 1 && cells[0].trim() === ''),
  );
  const first = records[0]?.cells.map((cell) => cell.trim()) ?? [];
  const isHeader = dialect.header || (expected.length > 0 && expected.every((column) => first.includes(column)));
  const names = isHeader && first.length === dialect.columns ? first : dialect.names;
  const body = isHeader ? records.slice(1) : records;
  const whole = body.filter(({ cells }) => cells.length === names.length);
  return {
    names,
    rows: whole.map(({ cells }) => cells),
    lines: whole.map(({ line }) => line),
    ragged: body.filter(({ cells }) => cells.length !== names.length).map(({ line }) => line),
  };
}

/** A model of one column is rare, but its table has no delimiter to be told by. */
function singleColumn(text: string, expected: readonly string[]): ReturnType<typeof sniffDialect> {
  const first = text.split(/\r\n?|\n/, 1)[0].trim();
  if (expected.length !== 1 || first !== expected[0]) return null;
  return { delimiter: ',', quote: '"', columns: 1, skipLines: 0, header: true, names: [first] };
}
