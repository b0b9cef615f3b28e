import type { StepSettings } from '../../shared/recipe.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readCell, sqlText } from '../cells.ts';
import { measured } from './numbers.ts';
import { double, isMissing, text, where } from './onnx/values.ts';
import type { FitContext, State, StateColumn, StepKind } from './step.ts';
import { chosen, forEach, from, inPlace, sqlNumber, textSql } from './values.ts';

type Fillings = Record<string, number | string | null>;

/**
 * Puts a value in the place of missing ones: the training split's mean, median or most frequent value (the least of several, as in
 * scikit-learn), or one that is given. Mean and median are for numbers; among columns not named, others are left as they are.
 */
export const fill: StepKind<Fillings> = {
  kind: 'fill',
  group: 'missing',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'any', default: [] },
    { key: 'with', kind: 'choice', default: 'median', choices: ['mean', 'median', 'mode', 'constant'] },
    { key: 'value', kind: 'text', default: '', only: { key: 'with', is: ['constant'] } },
  ],
  async fit(state, settings, context) {
    const columns = filled(state, settings);
    switch (settings.with) {
      case 'mode':
        return fitModes(columns, context);
      case 'constant':
        return Object.fromEntries(columns.map((column) => [column.name, constantFor(column, String(settings.value))]));
      default: {
        const aggregate = settings.with === 'mean' ? 'avg(x)' : 'median(x)';
        const found = await measured(columns, { value: aggregate }, context);
        return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]));
      }
    }
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(
        // What was missing throughout the training split stays so.
        filled(state, settings).filter(({ name }) => learned[name] !== null && learned[name] !== undefined),
        (column) => {
          const value = learned[column.name]!;
          if (typeof value === 'number') {
            return {
              ...from(column, 'number'),
              form: 'number',
              prepared: column.prepared,
              sql: ([x]) => `coalesce(${x}, ${sqlNumber(value)})`,
              onnx: (g, [x]) => where(g, isMissing(g, x), double(g, value), x),
            };
          }
          return {
            ...from(column, 'text'),
            form: 'text',
            passes: [],
            sql: ([x]) => `coalesce(${x}, ${sqlText(value)})`,
            onnx: (g, [x]) => where(g, isMissing(g, x), text(g, value), x),
          };
        },
      ),
    ),
};

function filled(state: State, settings: StepSettings): StateColumn[] {
  return chosen(state, settings, settings.with === 'mean' || settings.with === 'median' ? 'number' : 'any');
}

function constantFor({ name, type }: StateColumn, value: string): number | string {
  if (type !== 'number') {
    const cell = readCell(value);
    if (cell !== null) return cell;
    throw new AtelierError(
      'invalid_settings',
      `value=${value} is itself a word for missing. Say what to put in the place of missing values.`,
    );
  }
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(Math.fround(number))) return number;
  throw new AtelierError(
    'invalid_settings',
    `value=${value} is no number, as the column "${name}" needs one. Name other columns, or give a number.`,
  );
}

async function fitModes(columns: readonly StateColumn[], { query, train }: FitContext): Promise<Fillings> {
  const found: Fillings = {};
  for (const column of columns) {
    const value = column.type === 'number' ? column.number! : textSql(column);
    const [row] = await query(
      `SELECT v FROM (SELECT ${value} AS v FROM ${train}) WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT 1`,
    );
    found[column.name] = row === undefined ? null : column.type === 'number' ? Number(row.v) : String(row.v);
  }
  return found;
}
