import { AtelierError } from '../../shared/errors.ts';
import { basename } from 'node:path';
import { readCell } from '../cells.ts';
import { decodeHead } from '../csv/encoding.ts';
import { parseRecords } from '../csv/records.ts';
import { sniffDialect } from '../csv/sniff.ts';
import { sheetLayout, type SheetRow } from '../excel/layout.ts';
import { MergedCells, readMerges } from '../excel/merged.ts';
import { readSheet } from '../excel/sheet.ts';
import { Workbook } from '../excel/workbook.ts';
import { inWorkbook } from '../excel/xml.ts';
import { isObject } from '../json/members.ts';
import { uniqueNames } from '../tables/names.ts';
import { contentName, readHead, readWhole, type FoundFile } from '../source.ts';

/** A table beside pictures or sounds, cut into cells. */
export interface TableRows {
  file: FoundFile;
  columns: string[];
  rows: { cells: (string | null)[]; where: string }[];
}

const headLength = 1 << 20;
const maxBytes = 256 << 20;
/** JSON and workbooks are read whole, or not at all, to be looked at. */
const maxWholeBytes = 32 << 20;
const maxRows = 1_000_000;
/** Rows that tell where a sheet's table begins. */
const lookedAt = 200;
const tableNames = /\.(csv|tsv|tab|psv|txt|json|jsonl|ndjson|xlsx|xlsm)$/i;

export const mayBeTable = (file: FoundFile): boolean => tableNames.test(contentName(file));

/** The rows, or with `beginning` those at its beginning; null for what is no table. */
export async function tableRows(file: FoundFile, beginning: boolean): Promise<TableRows | null> {
  const name = contentName(file);
  if (/\.xls[xm]$/i.test(name)) return file.packed ? null : workbookRows(file);
  const json = /\.(json|jsonl|ndjson)$/i.test(name);
  const most = json && beginning ? maxWholeBytes : maxBytes;
  const bytes = beginning && !json ? await readHead(file, headLength) : await readWhole(file, most, tooLarge(file));
  const text = decodeHead(bytes, file.relative);
  if (json) return jsonRows(file, text);
  return textRows(file, text, bytes.length < headLength || !beginning);
}

const tooLarge = (file: FoundFile) => (): Error =>
  new AtelierError('table_too_large', `${file.relative} has more than ${maxBytes >> 20} MB.`);

function textRows(file: FoundFile, text: string, whole: boolean): TableRows | null {
  const dialect = sniffDialect(text.slice(0, headLength), whole && text.length <= headLength);
  if (!dialect) return null;
  const { delimiter, quote, header, names, skipLines, columns } = dialect;
  const records = parseRecords(text, delimiter, quote, !whole).filter(({ line }) => line > skipLines);
  const rows = (header ? records.slice(1) : records)
    .filter(({ cells }) => cells.length === columns)
    .map(({ cells, line }) => ({ cells: cells.map(readCell), where: `${file.relative}: line ${line}` }));
  return { file, columns: names, rows };
}

/** An object a line, a list of objects, or what each file is by its name. */
function jsonRows(file: FoundFile, text: string): TableRows | null {
  const records = recordsIn(text.replace(/^\ufeff/, ''));
  if (!records) return null;
  const columns = [...new Set(records.slice(0, 1000).flatMap((record) => Object.keys(record)))];
  const rows = records.map((record, i) => ({
    cells: columns.map((name) => scalar(record[name])),
    where: `${file.relative}: record ${i + 1}`,
  }));
  return columns.length > 1 ? { file, columns, rows } : null;
}

function recordsIn(text: string): Record<string, unknown>[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.filter(isObject);
    if (!isObject(value)) return null;
    const entries = Object.entries(value);
    const byName = entries.length > 1 && entries.every(([, one]) => typeof one === 'string' || typeof one === 'number');
    return byName ? entries.map(([name, one]) => ({ file: name, class: one })) : [value];
  } catch {
    try {
      const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
      return lines.map((line) => JSON.parse(line) as unknown).filter(isObject);
    } catch {
      return null;
    }
  }
}

const scalar = (value: unknown): string | null =>
  typeof value === 'string'
    ? readCell(value)
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : null;

/** Of the first sheet that is not hidden. */
async function workbookRows(file: FoundFile): Promise<TableRows | null> {
  const workbook = await Workbook.open(file.path, basename(file.relative));
  if (!workbook) return null;
  try {
    const sheet = workbook.sheets.find(({ hidden }) => !hidden);
    if (!sheet) return null;
    return await inWorkbook(workbook.name, async () => {
      const [strings, styles, merges] = [
        await workbook.strings(Infinity),
        await workbook.styles(),
        await readMerges(sheet.part),
      ];
      const merged = new MergedCells(merges ?? []);
      const found: SheetRow[] = [];
      const context = { string: (index: number) => strings[index], styles, from1904: workbook.from1904 };
      await readSheet(sheet.part, context, {
        row(cells, row) {
          merged.fill(cells, row);
          return found.push({ cells, row }) >= maxRows;
        },
      });
      const layout = sheetLayout(found.slice(0, lookedAt), merges ?? []);
      const width = Math.max(0, ...found.map(({ cells }) => cells.length));
      const columns = uniqueNames(Array.from({ length: width }, (_, i) => layout.header?.[i] ?? ''));
      const rows = found.slice(layout.skipped + layout.headings).map(({ cells, row }) => ({
        cells: columns.map((_, i) => readCell(cells[i] ?? '')),
        where: `${file.relative}: row ${row}`,
      }));
      return columns.length > 1 ? { file, columns, rows } : null;
    });
  } finally {
    workbook.close();
  }
}
