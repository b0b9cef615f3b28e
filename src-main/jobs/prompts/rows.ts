import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from '../../db/connection.ts';
import { getDraft } from '../../db/prompts.ts';
import { parseCsvRows } from '../../shared/csv-rows.ts';
import { shownText, type DatasetVersion, type SplitName } from '../../shared/dataset.ts';
import { passagesVariable } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { PromptId } from '../../shared/ids.ts';
import type { GridRow } from '../../shared/prompt/grid.ts';
import type { SampleSource } from './draw.ts';
import { variablesHere } from './meaning.ts';

/** Rows of variables, from a file or from a table. */

const mostRowBytes = 64 * 2 ** 20;
const pageSize = 500;

/**
 * CSV by its ending (the first line names the columns), else JSON Lines: an object a line. Values that are no texts are their JSON. Errors:
 * no_such_file, too_large, bad_row, no_rows.
 */
export function rowsOfFile(path: string): GridRow[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
  if (size > mostRowBytes) throw new AtelierError('too_large', `${path} has more than ${mostRowBytes} bytes of rows.`);
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  const rows = extname(path).toLowerCase() === '.csv' ? csvRows(text, path) : jsonRows(text, path);
  if (rows.length > 0) return rows;
  throw new AtelierError('no_rows', `There is no row in ${path}.`);
}

function jsonRows(text: string, path: string): GridRow[] {
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [rowOf(line, `${path}, line ${i + 1}`)]));
}

function rowOf(line: string, where: string): GridRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AtelierError('bad_row', `${where} is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AtelierError('bad_row', `${where} is no JSON object of names and values.`);
  }
  return rowOfValues(value);
}

/** Values that are no texts are their JSON. */
export const rowOfValues = (values: object): GridRow =>
  Object.fromEntries(
    Object.entries(values).map(([key, each]) => [key, typeof each === 'string' ? each : (JSON.stringify(each) ?? '')]),
  );

function csvRows(text: string, path: string): GridRow[] {
  const [head = [], ...rows] = parseCsvRows(text, path);
  const twice = head.find((name, i) => name === '' || head.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new AtelierError(
      'bad_row',
      `${path}: its first line names the columns, and ${twice === '' ? 'one has no name' : `"${twice}" stands there twice`}.`,
    );
  }
  return rows.map((cells, i) => {
    if (cells.length > head.length) {
      throw new AtelierError(
        'bad_row',
        `${path}, row ${i + 1} has ${cells.length} cells, and there are ${head.length} columns.`,
      );
    }
    return Object.fromEntries(head.map((name, c) => [name, cells[c] ?? '']));
  });
}

/** A table's rows, in their order: at most so many. Errors: not_a_table, no_rows. */
export async function rowsOfVersion(
  source: SampleSource,
  { id: version, manifest }: DatasetVersion,
  split: SplitName | null,
  limit: number,
): Promise<GridRow[]> {
  const { columns, kind } = manifest;
  if (kind !== 'table') throw new AtelierError('not_a_table', 'This dataset is no table: its samples have no columns.');
  const found: GridRow[] = [];
  for (let offset = 0; found.length < limit; offset += pageSize) {
    const page = await source.page({ version, offset, limit: pageSize });
    for (const [i, cells] of (page.rows ?? []).entries()) {
      if (split && page.splits[i] !== split) continue;
      if (found.length === limit) break;
      // Long cells are cut in a page of several.
      const cut = cells.some((cell) => cell !== null && cell.length >= shownText);
      const whole = cut ? (await source.page({ version, offset: offset + i, limit: 1 })).rows![0] : cells;
      found.push(Object.fromEntries(columns.map((column, c) => [column.name, whole[c] ?? ''])));
    }
    if (offset + pageSize >= page.total) break;
  }
  if (found.length > 0) return found;
  throw new AtelierError('no_rows', `There is no row in this dataset${split ? ` (${split})` : ''}.`);
}

/** One row: the values of a prompt's variables on its bench. What documents are asked for has none: it is found for the row. */
export function benchRow(db: Readable, id: PromptId): GridRow {
  const { text, bench } = getDraft(db, id);
  const names = variablesHere(db, text, id).filter((name) => !bench.documents || name !== passagesVariable);
  return Object.fromEntries(names.map((name) => [name, bench.variables[name] ?? '']));
}
