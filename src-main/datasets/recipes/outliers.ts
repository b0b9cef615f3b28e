import type { StepSettings } from '../../shared/recipe.ts';
import { changedNumbers, measured, numberColumns, type PerColumn } from './numbers.ts';
import { double, indicator, isMissing, where } from './onnx/values.ts';
import type { Made, State, StepKind } from './step.ts';
import { forEach, inPlace, numberSqlOf, sqlNumber } from './values.ts';

type Bounds = PerColumn<{ low: number; high: number } | null>;

/**
 * Values far from the rest of the training split: beyond the quartiles by `factor` times their distance (Tukey's fences), or further from the
 * mean than `factor` standard deviations. They are cut off at that bound, marked in a column of their own, or their rows are left out.
 */
export const outliers: StepKind<Bounds> = {
  kind: 'outliers',
  group: 'rows',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'by', kind: 'choice', default: 'iqr', choices: ['iqr', 'z-score'] },
    { key: 'factor', kind: 'number', default: 1.5, min: 0.1, max: 100 },
    { key: 'then', kind: 'choice', default: 'clip', choices: ['clip', 'flag', 'drop'] },
  ],
  async fit(state, settings, context) {
    const aggregates =
      settings.by === 'iqr'
        ? { a: 'quantile_cont(x, 0.25)', b: 'quantile_cont(x, 0.75)' }
        : { a: 'avg(x)', b: 'stddev_pop(x)' };
    const found = await measured(numberColumns(state, settings), aggregates, context);
    const factor = settings.factor as number;
    return Object.fromEntries(
      Object.entries(found).map(([name, { a, b }]) => {
        if (a === null || b === null) return [name, null];
        const [low, high, reach] = settings.by === 'iqr' ? [a, b, factor * (b - a)] : [a, a, factor * b];
        return [name, { low: low - reach, high: high + reach }];
      }),
    );
  },
  outcome(state, settings, learned) {
    if (settings.then === 'drop') return state;
    return settings.then === 'clip' ? clipped(state, settings, learned) : flagged(state, settings, learned);
  },
  keep(state, settings, learned) {
    if (settings.then !== 'drop') return null;
    const inside = numberColumns(state, settings).flatMap((column) => {
      const bounds = learned[column.name];
      const value = numberSqlOf(column);
      return bounds
        ? [`(${value} IS NULL OR ${value} BETWEEN ${sqlNumber(bounds.low)} AND ${sqlNumber(bounds.high)})`]
        : [];
    });
    return inside.length > 0 ? { where: inside.join(' AND ') } : null;
  },
};

const clipped = (state: State, settings: StepSettings, learned: Bounds) =>
  changedNumbers(
    state,
    settings,
    ({ name }) => {
      const { low, high } = learned[name] ?? { low: -Infinity, high: Infinity };
      return {
        sql: (x) =>
          `CASE WHEN ${x} < ${sqlNumber(low)} THEN ${sqlNumber(low)} WHEN ${x} > ${sqlNumber(high)} THEN ${sqlNumber(high)} ELSE ${x} END`,
        onnx: (g, x) => {
          const raised = where(g, g.op('Less', [x, double(g, low)]), double(g, low), x);
          return where(g, g.op('Greater', [x, double(g, high)]), double(g, high), raised);
        },
      };
    },
    false,
  );

const flagged = (state: State, settings: StepSettings, learned: Bounds) =>
  inPlace(
    state,
    forEach(numberColumns(state, settings), (column) => {
      const bounds = learned[column.name];
      if (!bounds) return [column];
      const { low, high } = bounds;
      const flag: Made = {
        name: `${column.name} outlier`,
        type: 'number',
        role: 'feature',
        form: 'number',
        prepared: true,
        reads: [{ column, as: 'number' }],
        sql: ([x]) => `coalesce(${x} < ${sqlNumber(low)} OR ${x} > ${sqlNumber(high)}, false)::INTEGER::DOUBLE`,
        onnx: (g, [x]) => {
          const outside = g.op('Or', [g.op('Less', [x, double(g, low)]), g.op('Greater', [x, double(g, high)])]);
          return where(g, isMissing(g, x), double(g, 0), indicator(g, outside));
        },
      };
      return [column, flag];
    }),
  );
