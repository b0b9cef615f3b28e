import type { SplitName } from '../../shared/dataset.ts';
import { parseNumber } from '../cells.ts';
import { splitOf } from '../class-folders.ts';
import type { FoundFile } from '../source.ts';
import type { TableRows } from './rows.ts';

/** Which columns of a table say what of the files beside it. */
export interface ClassColumns {
  /** Names files. */
  file: number;
  /** Names their class; several are one class each, with 1 in the one that it is. */
  label: number[];
  /** Names their split; null: none. */
  split: number | null;
  /** It is called like a class. */
  sure: boolean;
  /** Others that could name the class. */
  others: number[];
}

/** Rows that tell. */
const lookedAt = 2000;
const maxClasses = 1000;
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
const labelNames = [
  ...['label', 'labels', 'class', 'classes', 'classname', 'labelname', 'category', 'categoryname', 'target', 'y'],
  ...[
    'species',
    'breed',
    'dx',
    'diagnosis',
    'emotion',
    'genre',
    'word',
    'command',
    'digit',
    'finding',
    'findinglabels',
  ],
  ...['variety', 'disease', 'style', 'artist', 'speaker', 'language', 'accent', 'level', 'grade', 'type', 'answer'],
  ...['标签', '类别', '分类', '类', '种类'],
];
const splitNames = ['split', 'subset', 'set', 'usage', 'partition', 'dataset', 'datatype', 'fold', '划分'];

const fileNames = [
  'file',
  'filename',
  'image',
  'imageid',
  'imagename',
  'img',
  'id',
  'path',
  'filepath',
  'name',
  'audio',
  '文件',
  '文件名',
];

/** Where all cells are texts, the names of columns look like a row: they are told by what columns are called. */
export function headed(table: TableRows): TableRows {
  const [first, ...rows] = table.rows;
  if (!first || !table.columns.every((name) => /^column_\d+$/.test(name))) return table;
  const names = first.cells.map((cell) => cell ?? '');
  const isHeader = names.some((name) => labelNames.includes(plain(name)) || fileNames.includes(plain(name)));
  return isHeader && new Set(names).size === names.length ? { ...table, columns: names, rows } : table;
}

/** Null where the table names no files, or says no class of them. `find`: the file that a cell names. */
export function classColumns(
  { columns, rows }: Pick<TableRows, 'columns' | 'rows'>,
  find: (cell: string, split: SplitName | null) => FoundFile | null,
  isNamed: (name: string) => boolean,
): ClassColumns | null {
  const some = rows.slice(0, lookedAt).map(({ cells }) => cells);
  const file = fileColumn(columns, some, find, isNamed);
  if (file === null) return null;
  const matched = some.filter((cells) => cells[file] !== null && find(cells[file], null));
  const split = columns.findIndex((name, c) => c !== file && isSplit(name, matched, c));
  const free = columns.map((_, c) => c).filter((c) => c !== file && c !== split);
  const facts = free.map((c) => ({ c, ...factsOf(matched, c), rank: labelNames.indexOf(plain(columns[c])) }));
  const usable = facts.filter(
    ({ distinct, filled, numbers, fractions, rank }) =>
      distinct >= (rank >= 0 ? 1 : 2) &&
      distinct <= maxClasses &&
      !fractions &&
      (rank >= 0 || (distinct <= Math.max(2, filled / 2) && (!numbers || distinct <= 20))),
  );
  const sure = usable
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => Number(a.numbers) - Number(b.numbers) || a.rank - b.rank);
  const others = usable.map(({ c }) => c);
  const found = { file, split: split < 0 ? null : split, others };
  if (sure.length > 0) return { ...found, label: [sure[0].c], sure: true };
  const hot = oneHot(free, matched);
  if (hot) return { ...found, label: hot, sure: true, others: [] };
  const last = usable.at(-1);
  return last ? { ...found, label: [last.c], sure: false } : null;
}

/** The column whose cells name most files, of nearly every row another one. */
function fileColumn(
  columns: readonly string[],
  rows: readonly (string | null)[][],
  find: (cell: string, split: SplitName | null) => FoundFile | null,
  isNamed: (name: string) => boolean,
): number | null {
  let best: { c: number; hits: number } | null = null;
  for (const c of columns.keys()) {
    const cells = rows.flatMap((row) => row[c] ?? []);
    const files = cells.map((cell) => find(cell, null));
    const hits = files.filter((file) => file !== null).length;
    const named = cells.filter(isNamed).length > cells.length / 2;
    if (hits < 2 || hits < cells.length * (named ? 0.1 : 0.5)) continue;
    if (new Set(cells).size < cells.length * 0.8) continue;
    if (!best || hits > best.hits) best = { c, hits };
  }
  return best?.c ?? null;
}

function isSplit(name: string, rows: readonly (string | null)[][], c: number): boolean {
  if (!splitNames.includes(plain(name))) return false;
  const cells = rows.flatMap((row) => row[c] ?? []);
  return cells.length > 0 && cells.every((cell) => splitOf(cell) !== null);
}

function factsOf(rows: readonly (string | null)[][], c: number) {
  const cells = rows.flatMap((row) => row[c] ?? []);
  const values = cells.map((cell) => parseNumber(cell, false));
  const numbers = values.every((value) => value !== null);
  return {
    filled: cells.length,
    distinct: new Set(cells).size,
    numbers,
    fractions: numbers && values.some((value) => !Number.isInteger(value)),
  };
}

/** Two or more columns of which each row has 1 in just one, and 0 in the others. */
function oneHot(free: readonly number[], rows: readonly (string | null)[][]): number[] | null {
  const zeroOne = free.filter((c) => rows.every((row) => row[c] !== null && /^[01](\.0*)?$/.test(row[c])));
  if (zeroOne.length < 2 || rows.length < 2) return null;
  const isOne = rows.every((row) => zeroOne.filter((c) => Number(row[c]) === 1).length === 1);
  return isOne ? zeroOne : null;
}
