import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import type { FitContext, Outcome, State, StateColumn } from './step.ts';
import { chosen, forEach, from, inPlace, numberSqlOf } from './values.ts';

/** What a step has learnt of each column, by its name. */
export type PerColumn<T> = Record<string, T>;

/** DuckDB plans a statement in time that grows with the square of its columns. */
const atOnce = 32;

/** Aggregates over each column's numbers in the training split; `aggregates` are expressions over `x`, NULL for missing. */
export async function measured(
  columns: readonly StateColumn[],
  aggregates: Readonly<Record<string, string>>,
  { query, train }: FitContext,
): Promise<PerColumn<Record<string, number | null>>> {
  const found: PerColumn<Record<string, number | null>> = {};
  const keys = Object.keys(aggregates);
  for (let first = 0; first < columns.length; first += atOnce) {
    const some = columns.slice(first, first + atOnce);
    const numbers = some.map((column, i) => `${numberSqlOf(column)} AS x${i}`).join(', ');
    const facts = some.flatMap((_, i) =>
      keys.map((key) => `${aggregates[key].replaceAll(/\bx\b/g, `x${i}`)} AS ${key}${i}`),
    );
    const [row] = await query(`SELECT ${facts.join(', ')} FROM (SELECT ${numbers} FROM ${train})`);
    some.forEach((column, i) => {
      found[column.name] = Object.fromEntries(keys.map((key) => [key, numberOrNull(row[`${key}${i}`])]));
    });
  }
  return found;
}

const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value);

/** The columns of numbers that the step is for. */
export const numberColumns = (state: State, settings: StepSettings): StateColumn[] => chosen(state, settings, 'number');

export interface NumberMap {
  /** Over an expression that is no missing value's; the outcome is missing where this is NULL or no 32-bit float holds it. */
  readonly sql: (x: string) => string;
  readonly onnx: (g: GraphBuilder, x: Value) => Value;
}

/** Every chosen column of numbers through one map, under its own name. */
export function changedNumbers(
  state: State,
  settings: StepSettings,
  map: (column: StateColumn) => NumberMap,
  prepared: boolean,
): Outcome {
  return inPlace(
    state,
    forEach(numberColumns(state, settings), (column) => {
      const { sql, onnx } = map(column);
      return {
        ...from(column, 'number'),
        form: 'number',
        prepared: prepared || column.prepared,
        sql: ([x]) => sql(x),
        onnx: (g, [x]) => onnx(g, x),
      };
    }),
  );
}
