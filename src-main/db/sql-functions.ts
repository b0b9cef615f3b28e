import type Database from 'better-sqlite3';
import { encodeExtremes } from './metric-blocks.ts';
import { addPoint, encodeColumns, noColumns, type Columns } from './metric-columns.ts';

/** Functions that migrations call: both take (step, epoch, milliseconds, value) of points in order. */
export function addSqlFunctions(database: Database.Database): void {
  const gather = {
    varargs: true,
    start: noColumns,
    step: (columns: Columns, ...row: unknown[]) => {
      const [step, epoch, milliseconds, value] = row as [number, number, number, number | null];
      addPoint(columns, step, epoch, milliseconds, value ?? NaN);
    },
  };
  database.aggregate('metric_columns', { ...gather, result: (columns: Columns) => encodeColumns(columns) });
  database.aggregate('metric_extremes', { ...gather, result: (columns: Columns) => encodeExtremes(columns) });
}
