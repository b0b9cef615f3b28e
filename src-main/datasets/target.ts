import type { DuckDBConnection } from '@duckdb/node-api';
import type { ClassCount, Column } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ColumnFacts } from './count-columns.ts';
import { parseNumber } from './cells.ts';
import { rowsOf } from './duck.ts';
import { ofColumns } from './tables/stored-numbers.ts';

/** More classes than this are not classes but names or free text. */
const maxClasses = 1000;

/** What targets are called, likeliest first; compared without case and punctuation. */
const targetNames = [
  'target',
  'label',
  'labels',
  'class',
  'classlabel',
  'category',
  'y',
  'species',
  'income',
  'outcome',
  'diagnosis',
  'survived',
  'churn',
  'exited',
  'quality',
  'sentiment',
  'spam',
  'medianhousevalue',
  'medv',
  'saleprice',
  'price',
  'charges',
  'mpg',
  'result',
  'output',
  'response',
];

type Judged = Pick<Column, 'name' | 'type' | 'role' | 'note' | 'decimalComma'>;

/** The column that people most likely want predicted: the one called so, else the last that can be. */
export function guessTarget(columns: readonly Judged[], facts: readonly ColumnFacts[]): string | null {
  const usable = columns.filter((column, i) => canBeTarget(column, facts[i]));
  for (const wanted of targetNames) {
    const found = usable.find(({ name }) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') === wanted);
    if (found) return found.name;
  }
  return usable.at(-1)?.name ?? null;
}

function canBeTarget(column: Judged, facts: ColumnFacts): boolean {
  if (column.role === 'ignored') return false;
  if (column.type === 'number') return true;
  return (
    column.type === 'category' &&
    facts.distinct >= 2 &&
    facts.distinct <= Math.min(maxClasses, Math.max(2, facts.present / 2))
  );
}

/** A name alone, before any data is read: for the offer. */
export function guessTargetName(names: readonly string[]): string | null {
  for (const wanted of targetNames) {
    const found = names.find((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '') === wanted);
    if (found) return found;
  }
  return null;
}

/** Few whole numbers are classes (0/1, grades); anything else of numbers is a value to be estimated. */
export function targetType(column: Judged, facts: ColumnFacts): 'number' | 'category' {
  if (column.type !== 'number') return 'category';
  return facts.integers && facts.distinct <= 20 ? 'category' : 'number';
}

/** A target column's classes with their counts: numbers by value, names by their letters. Throws `too_many_classes`. */
export async function countClasses(
  connection: DuckDBConnection,
  table: string,
  index: number,
  name: string,
): Promise<ClassCount[]> {
  const rows = await rowsOf(
    connection,
    `SELECT c${index} AS name, count(*) AS n FROM ${ofColumns(table, [index])} WHERE c${index} IS NOT NULL GROUP BY 1 LIMIT ${maxClasses + 1}`,
  );
  requireFewClasses(name, rows.length);
  return sortClasses(rows.map((row) => ({ name: String(row.name), count: Number(row.n) })));
}

/** Throws `too_many_classes`. */
export function requireFewClasses(column: string, classes: number): void {
  if (classes <= maxClasses) return;
  throw new AtelierError(
    'too_many_classes',
    `Column "${column}" holds more than ${maxClasses} different values, too many to be classes. Set its type to number to estimate a value, say what stands between them if each cell names several classes (at import), or choose another target.`,
  );
}

export function sortClasses(classes: ClassCount[]): ClassCount[] {
  const value = new Map(classes.map(({ name }) => [name, parseNumber(name, false)]));
  const numeric = [...value.values()].every((number) => number !== null);
  return classes.sort((a, b) => {
    const by = numeric ? value.get(a.name)! - value.get(b.name)! : 0;
    return by || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  });
}
