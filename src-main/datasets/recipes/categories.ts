import type { FitContext, StateColumn } from './step.ts';
import { textSql } from './values.ts';

/** A column's values in the training split, '' for missing, by their letters; at most `most`, the most frequent ones. */
export async function valuesOf(column: StateColumn, most: number, { query, train }: FitContext): Promise<string[]> {
  const rows = await query(
    `SELECT v FROM (SELECT coalesce(${textSql(column)}, '') AS v, count(*) AS n FROM ${train} GROUP BY 1 ORDER BY n DESC, v LIMIT ${most}) ORDER BY v`,
  );
  return rows.map(({ v }) => String(v));
}
