import { AtelierError } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/near-names.ts';
import type { ColumnsFor, StepSettings } from '../../shared/recipe.ts';
import { sqlText } from '../cells.ts';
import type { Made, Outcome, Read, State, StateColumn } from './step.ts';

/** What the steps share: which columns they are for, and how values are written in SQL. */

/** Exactly this double: a plain literal would be a decimal first. */
export const sqlNumber = (value: number): string => `${sqlText(String(value))}::DOUBLE`;

const fits = (column: StateColumn, wanted: ColumnsFor): boolean =>
  wanted === 'any' || (wanted === 'number') === (column.type === 'number');

/** The columns named, or every feature of the kind where none is. Errors: unknown_column, recipe_column, recipe_target. */
export function chosen(state: State, settings: StepSettings, wanted: ColumnsFor, onTarget = false): StateColumn[] {
  const names = settings.columns as string[];
  if (names.length === 0) return state.filter((column) => column.role === 'feature' && fits(column, wanted));
  return names.map((name) => {
    const column = columnOf(state, name);
    if (column.role === 'target' && !onTarget) {
      throw new AtelierError(
        'recipe_target',
        `"${name}" is the target, which this step would change beyond recognition. Choose other columns, or another target first.`,
      );
    }
    if (fits(column, wanted)) return column;
    throw new AtelierError(
      'recipe_column',
      wanted === 'number'
        ? `"${name}" is no column of numbers. Change its type first (step "type"), or choose others.`
        : `"${name}" is a column of numbers, and this step is for texts and categories. Change its type first (step "type"), or choose others.`,
    );
  });
}

/** So many names make an error that can still be read. */
const listedNames = 40;

export function columnOf(state: State, name: string): StateColumn {
  const found = state.find((column) => column.name === name);
  if (found) return found;
  const names = state.map((column) => column.name);
  throw new AtelierError(
    'unknown_column',
    `There is no column "${name}" at this point.${didYouMean(name, names)} The columns are: ${names.slice(0, listedNames).join(', ')}${names.length > listedNames ? ` and ${names.length - listedNames} more` : ''}.`,
  );
}

/** The state with others in the place of some; columns that are new come after those they stand for. */
export const inPlace = (state: State, others: ReadonlyMap<string, readonly (StateColumn | Made)[]>): Outcome =>
  state.flatMap((column) => others.get(column.name) ?? [column]);

export const forEach = (
  columns: readonly StateColumn[],
  make: (column: StateColumn) => StateColumn | Made | readonly (StateColumn | Made)[],
): Map<string, readonly (StateColumn | Made)[]> =>
  new Map(columns.map((column) => [column.name, [make(column)].flat() as (StateColumn | Made)[]]));

/** What is the same of every column made from one other. */
export const from = (column: StateColumn, read: Read['as']): Pick<Made, 'name' | 'type' | 'role' | 'reads'> => ({
  name: column.name,
  type: column.type,
  role: column.role,
  reads: [{ column, as: read }],
});

/** A column's cells in SQL. */
export const textSql = (column: StateColumn): string => column.text ?? `CAST(${column.number!} AS VARCHAR)`;

/** What is written like a plain number: the grammar that SQL and an exported file share. */
export const plainNumber = '[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?';

/** A column's numbers in SQL. */
export function numberSqlOf(column: StateColumn): string {
  if (column.number !== undefined) return column.number;
  const text = column.text!;
  return `CASE WHEN regexp_full_match(${text}, ${sqlText(plainNumber)}) THEN ${finite(`TRY_CAST(${text} AS DOUBLE)`)} END`;
}

/** What no 32-bit float holds counts as missing, as in every table. */
export const finite = (sql: string): string => `CASE WHEN abs(${sql}) < 3.4028235677973366e38 THEN ${sql} END`;

/** A column's cells as a version keeps them: numbers so that they are read again as the very same, whole ones as people write them (39, not 39.0). */
export const cellSql = (column: StateColumn): string =>
  column.form === 'number'
    ? `regexp_replace(CAST(${finite(column.number!)} AS VARCHAR), '[.]0$', '')`
    : textSql(column);

export const readSql = ({ column, as }: Read): string => (as === 'text' ? textSql(column) : numberSqlOf(column));
