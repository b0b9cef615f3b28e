import type { DuckDBConnection } from '@duckdb/node-api';
import { splitClasses } from '../shared/class-sets.ts';
import type { ClassCount, Column, Manifest } from '../shared/dataset.ts';
import { sqlText } from './cells.ts';
import { eachRow, eachRows, int32sOf } from './duck.ts';
import { ofColumns } from './tables/stored-numbers.ts';
import { countClasses, requireFewClasses, sortClasses } from './target.ts';
import { plural } from '../shared/plural.ts';

export interface TableTarget {
  task: Manifest['task'];
  classes: ClassCount[];
  /** Class index per row (multi-label: which of the sets that occur), -1 where the target is missing; null where there are no classes to keep in proportion. */
  labels: Int32Array | null;
  /** Multi-label: as indices of classes. */
  sets?: number[][];
}

/**
 * What a table's target column makes of it: classes and a label per row, or a value to estimate. `counted` hears how many rows are of each class, as
 * soon as that is known, where each is of one.
 */
export async function readTarget(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  target: string | null,
  counted: (sizes: number[]) => void = () => undefined,
): Promise<TableTarget> {
  const index = columns.findIndex((column) => column.name === target);
  if (index < 0) return { task: null, classes: [], labels: null };
  if (columns[index].type === 'number') return { task: 'regression', classes: [], labels: null };
  const { separator } = columns[index];
  if (separator !== undefined) return readSets(connection, table, { ...columns[index], separator }, index);
  const classes = await countClasses(connection, table, index, columns[index].name);
  if (classes.length === 0) return { task: 'classification', classes, labels: null };
  counted(classes.map(({ count }) => count));
  const code = await classCodeSql(connection, `c${index}`, classes);
  const labels = new Int32Array(columns[index].missing + classes.reduce((sum, each) => sum + each.count, 0));
  const query = `SELECT file_row_number::INTEGER, coalesce(${code}::INTEGER, -1) FROM ${ofColumns(table, [index])}`;
  await eachRows(connection, query, (rows, columns) => {
    const codes = int32sOf(columns[1]);
    for (let r = 0; r < rows.length; r++) labels[rows[r]] = codes[r];
  });
  return { task: 'classification', classes, labels };
}

/** So few are compared one by one: DuckDB does that once for each word of a dictionary, but looks an ENUM's up for each row. */
const fewClasses = 16;

/** Which of the classes a cell is, from 0 on; NULL where it is missing. */
async function classCodeSql(
  connection: DuckDBConnection,
  cell: string,
  classes: readonly ClassCount[],
): Promise<string> {
  const names = classes.map(({ name }) => sqlText(name)).join(', ');
  if (classes.length <= fewClasses) return `(list_position([${names}], ${cell}) - 1)`;
  await connection.run(`DROP TYPE IF EXISTS target_class; CREATE TYPE target_class AS ENUM (${names})`);
  return `enum_code(${cell}::target_class)`;
}

/** Throws `too_many_classes`. */
async function readSets(
  connection: DuckDBConnection,
  table: string,
  { name, separator }: Column & { separator: string },
  index: number,
): Promise<TableTarget> {
  const [places, cells, rows]: [Map<string, number>, string[][], number[]] = [new Map(), [], []];
  const counts = new Map<string, number>();
  const query = `SELECT file_row_number::INTEGER, c${index} FROM ${ofColumns(table, [index])}`;
  await eachRow(connection, query, (row, columns, r) => {
    const cell = columns[1].getItem(r) as string | null;
    if (cell === null) {
      rows[row] = -1;
      return;
    }
    const place = places.get(cell) ?? cells.push(splitClasses(cell, separator)) - 1;
    places.set(cell, place);
    rows[row] = place;
    for (const one of cells[place]) counts.set(one, (counts.get(one) ?? 0) + 1);
    requireFewClasses(name, counts.size);
  });
  const classes = sortClasses([...counts].map(([one, count]) => ({ name: one, count })));
  const known = new Map(classes.map((one, i) => [one.name, i]));
  const sets = cells.map((names) => names.map((one) => known.get(one)!).sort((a, b) => a - b));
  return { task: 'multi-label', classes, labels: classes.length > 0 ? Int32Array.from(rows) : null, sets };
}

/** Of the notes below: made anew with the target. */
export const targetNoteCodes: ReadonlySet<string> = new Set([
  'no_target',
  'single_class',
  'several_classes',
  'target_missing',
  'no_features',
]);

/** Things about a target that people should know before they train. */
export function targetNotes(
  columns: readonly Column[],
  target: string | null,
  found: TableTarget,
): { code: string; message: string }[] {
  const notes: { code: string; message: string }[] = [];
  const column = columns.find(({ name }) => name === target);
  if (!column) {
    notes.push({
      code: 'no_target',
      message: 'No target column is chosen yet. Choose the column to predict before training.',
    });
    return notes;
  }
  if (found.task === 'classification' && found.classes.length === 1) {
    notes.push({
      code: 'single_class',
      message: `Every row has the same "${column.name}" ("${found.classes[0].name}"). Training needs at least two classes: add rows of another or choose another target.`,
    });
  }
  if (column.missing > 0) {
    notes.push({
      code: 'target_missing',
      message: `${plural(column.missing, 'row has', 'rows have')} no ${column.type === 'number' ? 'number' : 'value'} in "${column.name}"; ${column.missing === 1 ? 'it is' : 'they are'} kept, but not trained or tested on.`,
    });
  }
  if (!columns.some(({ role }) => role === 'feature')) {
    notes.push({
      code: 'no_features',
      message: 'No column is left to predict from. Set a number or category column to be used.',
    });
  }
  return notes;
}
