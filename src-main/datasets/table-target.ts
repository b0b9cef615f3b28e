import type { DuckDBConnection } from '@duckdb/node-api';
import type { ClassCount, Column } from '../shared/dataset.ts';
import { sqlText } from './cells.ts';
import { eachRows, int32sOf } from './duck.ts';
import { countClasses } from './target.ts';

export interface TableTarget {
  task: 'classification' | 'regression' | null;
  classes: ClassCount[];
  /** Class index per row, -1 where the target is missing; null where there are no classes to keep in proportion. */
  labels: Int32Array | null;
}

/** What a table's target column makes of it: classes and a label per row, or a value to estimate. */
export async function readTarget(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  target: string | null,
): Promise<TableTarget> {
  const index = columns.findIndex((column) => column.name === target);
  if (index < 0) return { task: null, classes: [], labels: null };
  if (columns[index].type === 'number') return { task: 'regression', classes: [], labels: null };
  const classes = await countClasses(connection, table, index, columns[index].name);
  if (classes.length === 0) return { task: 'classification', classes, labels: null };
  const names = classes.map(({ name }) => sqlText(name)).join(', ');
  await connection.run(`DROP TYPE IF EXISTS target_class; CREATE TYPE target_class AS ENUM (${names})`);
  const labels = new Int32Array(columns[index].missing + classes.reduce((sum, each) => sum + each.count, 0));
  const query = `SELECT file_row_number::INTEGER, coalesce(enum_code(c${index}::target_class)::INTEGER, -1) FROM ${table}`;
  await eachRows(connection, query, (rows, columns) => {
    const codes = int32sOf(columns[1]);
    for (let r = 0; r < rows.length; r++) labels[rows[r]] = codes[r];
  });
  return { task: 'classification', classes, labels };
}

/** Of the notes below: made anew with the target. */
export const targetNoteCodes: ReadonlySet<string> = new Set([
  'no_target',
  'single_class',
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
      message: `${column.missing} rows have no ${column.type === 'number' ? 'number' : 'value'} in "${column.name}"; they are kept, but not trained or tested on.`,
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
