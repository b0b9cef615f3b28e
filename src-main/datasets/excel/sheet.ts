import type { FoundFile } from '../source.ts';
import { columnNumber } from './columns.ts';
import { momentText, type Moment } from './formats.ts';
import { BadXml, readXml } from './xml.ts';

/** Of the format: https://support.microsoft.com/office/excel-specifications-and-limits */
const maxRows = 1_048_576;
const maxSheetColumns = 16_384;
const maxCell = 2 << 20;

export interface SheetContext {
  /** The text of this number. */
  string: (index: number) => string | undefined;
  styles: readonly (Moment | null)[];
  from1904: boolean;
}

/** What was met that is not in the cells. */
export interface SheetFacts {
  /** Cells that show an error (#DIV/0!), which have no value. */
  errors: number;
  /** Formulas whose values were never stored. */
  uncomputed: number;
}

export interface RowListener {
  /** A row's cells up to its last one, null for empty ones, and its number from 1. True: that is enough. */
  row(cells: (string | null)[], row: number): boolean | void;
  /** Awaited now and then. */
  drain?(): Promise<void>;
  /** Hears the sheet's bytes as they are unpacked. */
  bytes?(chunk: Uint8Array): void;
}

/**
 * Reads a sheet row by row, leaving out the empty ones. Cells are their stored values: a formula's last
 * result, a date in ISO's order, TRUE and FALSE. Throws `BadXml`.
 */
export async function readSheet(
  part: FoundFile,
  context: SheetContext,
  listener: RowListener,
  signal?: AbortSignal,
): Promise<SheetFacts> {
  const facts: SheetFacts = { errors: 0, uncomputed: 0 };
  let row = 0;
  let column = 0;
  let cells: (string | null)[] = [];
  let type = '';
  let style: Moment | null = null;
  let value = '';
  let listening = false;
  let formula = false;
  let spoken = 0;
  let done = false;
  const endCell = (): void => {
    const text = cellText(value, type, style, context);
    if (text === null && type === 'e') facts.errors++;
    if (formula && value === '') facts.uncomputed++;
    if (text === null || text === '') return;
    while (cells.length < column) cells.push(null);
    cells[column - 1] = text;
  };
  await readXml(
    part,
    {
      open: (tag, attributes) => {
        if (done) return;
        if (tag === 'row') {
          row = position(attributes.r, row + 1, maxRows);
          cells = [];
          column = 0;
        } else if (tag === 'c') {
          column = columnOf(attributes.r, column + 1);
          type = attributes.t ?? 'n';
          style = context.styles[Number(attributes.s ?? -1)] ?? null;
          value = '';
          formula = false;
        } else if (tag === 'f') formula = true;
        else if (tag === 'rPh') spoken++;
        else if (tag === 'v' || (tag === 't' && type === 'inlineStr')) listening = spoken === 0;
      },
      text: (text) => {
        if (!listening || done) return;
        value += text;
        if (value.length > maxCell) throw new BadXml('A cell is longer than 2 MB.');
      },
      close: (tag) => {
        if (done) return;
        if (tag === 'v' || tag === 't') listening = false;
        else if (tag === 'rPh') spoken--;
        else if (tag === 'c') endCell();
        else if (tag === 'row' && cells.length > 0) done = listener.row(cells, row) === true;
      },
      drain: () => listener.drain?.() ?? Promise.resolve(),
      enough: () => done,
    },
    signal,
    (chunk) => listener.bytes?.(chunk),
  );
  return facts;
}

function cellText(value: string, type: string, style: Moment | null, context: SheetContext): string | null {
  switch (type) {
    case 's':
      return value === '' ? null : (context.string(Number(value)) ?? null);
    case 'b':
      return value === '' ? null : value === '0' ? 'FALSE' : 'TRUE';
    case 'e':
      return null;
    case 'n': {
      const number = value.trim() === '' ? NaN : Number(value);
      if (Number.isNaN(number)) return value === '' ? null : value;
      return (style && momentText(number, style, context.from1904)) ?? String(number);
    }
    default:
      // Texts, and dates already in ISO's order.
      return value;
  }
}

function position(text: string | undefined, next: number, most: number): number {
  const number = text === undefined ? next : Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most) throw new BadXml(`There is no row ${text ?? next}.`);
  return number;
}

/** "AB12" is column 28. */
function columnOf(reference: string | undefined, next: number): number {
  const column = reference === undefined ? next : columnNumber(/^[A-Z]{0,4}/.exec(reference)![0]);
  if (column < 1 || column > maxSheetColumns) throw new BadXml(`There is no cell ${reference ?? next}.`);
  return column;
}
