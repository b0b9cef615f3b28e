import { AtelierError } from '../../shared/errors.ts';
import type { StepSettings } from '../../shared/recipe.ts';
import { sqlText } from '../cells.ts';
import { train } from '../splits.ts';
import { namedSettings } from '../text-functions.ts';
import { double, isMissing, lookUp, where } from './onnx/values.ts';
import type { FitContext, Made, StateColumn, StepKind } from './step.ts';
import { chosen, forEach, inPlace, numberSqlOf, textSql } from './values.ts';

/** Of one column: what each value stands for, for each of the new columns. */
interface TargetMeans {
  values: string[];
  outputs: (Means & { suffix: string; folds?: Means[] })[];
}

/** The mean of all rows, and each value's in turn. */
interface Means {
  prior: number;
  means: number[];
}

const mostValues = 10_000;
const mostClasses = 20;

/**
 * Each value becomes the mean of the target over the training split's rows that have it, drawn towards the mean of all by `smoothing`: a value
 * seen n times counts n, the mean of all counts `smoothing`. Of classes the share of each but the first. A value that is new is the mean of all.
 * (Micci-Barreca 2001, with the m-estimate's weights.) A row of the training split itself takes the means of the rows of the other `folds`, so that
 * its own target is not in its own feature (scikit-learn's TargetEncoder); all other rows take those of the whole split.
 */
export const targetMean: StepKind<Record<string, TargetMeans>> = {
  kind: 'target',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'smoothing', kind: 'number', default: 10, min: 0, max: 1e6 },
    // 1: without; the training rows' own targets leak.
    { key: 'folds', kind: 'integer', default: 5, min: 1, max: 20 },
  ],
  functions: { target_means: { numbers: (settings) => looker(JSON.parse(settings) as TargetMeans) } },
  async fit(state, settings, context) {
    if (!context.target) {
      throw new AtelierError(
        'no_target',
        'This step needs a target, and none is chosen. Choose the column to predict first.',
      );
    }
    const learned: Record<string, TargetMeans> = {};
    const wanted = await outputsOf(context.target, context);
    for (const column of chosen(state, settings, 'text')) {
      learned[column.name] = await meansOf(column, wanted, settings as Wanted, context);
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => {
        const { values, outputs } = learned[column.name];
        const given = sqlText(namedSettings(JSON.stringify(learned[column.name])));
        return outputs.map(({ suffix, prior, means, folds = [] }, i): Made => ({
          name: `${column.name}${suffix}`,
          type: 'number',
          role: column.role,
          form: 'number',
          prepared: suffix !== '',
          reads: [{ column, as: 'text' }],
          sql: ([cell]) => {
            // The whole split's first, then each fold's: of training rows alone.
            const place = `CASE WHEN split = ${train} THEN ${foldSql(folds.length)} ELSE 0 END`;
            const set = folds.length > 0 ? `(${place})` : '0';
            return `target_means(coalesce(${cell}, ''), ${given})[${set} * ${outputs.length} + ${i + 1}]`;
          },
          onnx: (g, [cell]) => {
            const known = lookUp(g, cell, values, means, NaN);
            return where(g, isMissing(g, known), double(g, prior), known);
          },
        }));
      }),
    ),
};

/** What is averaged: the value, or of classes whether it is this one; with what the new columns' names end in. */
async function outputsOf(
  target: StateColumn,
  { query, train }: FitContext,
): Promise<{ suffix: string; sql: string }[]> {
  if (target.type === 'number') return [{ suffix: '', sql: numberSqlOf(target) }];
  const rows = await query(
    `SELECT DISTINCT ${textSql(target)} AS v FROM ${train} WHERE v IS NOT NULL ORDER BY v LIMIT ${mostClasses + 1}`,
  );
  if (rows.length > mostClasses) {
    throw new AtelierError(
      'too_many_classes',
      `The target has more than ${mostClasses} classes, and each would be a column. Use another encoding.`,
    );
  }
  return rows.slice(1).map(({ v }) => ({
    suffix: `→${String(v)}`,
    sql: `CASE WHEN ${textSql(target)} IS NOT NULL THEN (${textSql(target)} = ${sqlText(String(v))})::INTEGER::DOUBLE END`,
  }));
}

type Wanted = StepSettings & { smoothing: number; folds: number };

/** Spread evenly over the rows however they are sorted: Knuth's multiplicative hash of the row's number. From 1; 0 where there are none. */
const foldSql = (folds: number): string =>
  `1 + (rid::UBIGINT * 2654435761 % 4294967296 * ${folds} // 4294967296)::INTEGER`;

async function meansOf(
  column: StateColumn,
  wanted: readonly { suffix: string; sql: string }[],
  { smoothing, folds }: Wanted,
  { query, train }: FitContext,
): Promise<TargetMeans> {
  if (wanted.length === 0) return { values: [], outputs: [] };
  const sums = wanted.map((_, i) => `sum(y${i}) AS sum${i}, count(y${i}) AS n${i}`).join(', ');
  const fold = folds > 1 ? foldSql(folds) : '0';
  const rows = `(SELECT coalesce(${textSql(column)}, '') AS v, ${fold} AS fold, ${wanted.map(({ sql }, i) => `${sql} AS y${i}`).join(', ')} FROM ${train})`;
  const values = (await query(`SELECT v FROM ${rows} GROUP BY v ORDER BY count(*) DESC, v LIMIT ${mostValues}`)).map(
    ({ v }) => String(v),
  );
  const each = await query(`SELECT v, fold, ${sums} FROM ${rows} GROUP BY v, fold ORDER BY v, fold`);
  const parts = Array.from({ length: folds > 1 ? folds : 0 }, (_, k) => k + 1);
  const outputs = wanted.map(({ suffix }, i) => {
    const counted = each.map((row) => ({
      v: String(row.v),
      fold: Number(row.fold),
      sum: Number(row[`sum${i}`] ?? 0),
      n: Number(row[`n${i}`]),
    }));
    const without = (left: number): Means =>
      smoothed(
        counted.filter((one) => one.fold !== left),
        values,
        smoothing,
      );
    return { suffix, ...without(-1), ...(parts.length > 0 ? { folds: parts.map(without) } : {}) };
  });
  return { values, outputs };
}

function smoothed(
  counted: readonly { v: string; sum: number; n: number }[],
  values: readonly string[],
  smoothing: number,
): Means {
  const totals = new Map<string, { sum: number; n: number }>();
  const all = { sum: 0, n: 0 };
  for (const { v, sum, n } of counted) {
    const one = totals.get(v) ?? { sum: 0, n: 0 };
    totals.set(v, one);
    for (const each of [one, all]) {
      each.sum += sum;
      each.n += n;
    }
  }
  const prior = all.n > 0 ? all.sum / all.n : 0;
  const means = values.map((value) => {
    const { sum, n } = totals.get(value) ?? { sum: 0, n: 0 };
    return n + smoothing > 0 ? (sum + smoothing * prior) / (n + smoothing) : prior;
  });
  return { prior, means };
}

/** Of a value the means of each output, of the whole split and then of each fold. */
function looker({ values, outputs }: TargetMeans): (value: string) => number[] {
  const places = new Map(values.map((value, i) => [value, i]));
  const sets = [outputs as readonly Means[]];
  for (let k = 0; k < (outputs[0]?.folds?.length ?? 0); k++) sets.push(outputs.map(({ folds }) => folds![k]));
  return (value) => {
    const at = places.get(value);
    return sets.flatMap((set) => set.map(({ prior, means }) => (at === undefined ? prior : means[at])));
  };
}
