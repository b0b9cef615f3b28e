import { AtelierError } from '../../shared/errors.ts';
import { sqlText } from '../cells.ts';
import { double, isMissing, lookUp, where } from './onnx/values.ts';
import type { FitContext, Made, StateColumn, StepKind } from './step.ts';
import { chosen, forEach, inPlace, numberSqlOf, sqlNumber, textSql } from './values.ts';

/** Of one column: what each value stands for, for each of the new columns. */
interface TargetMeans {
  values: string[];
  outputs: { suffix: string; prior: number; means: number[] }[];
}

const mostValues = 10_000;
const mostClasses = 20;

/**
 * Each value becomes the mean of the target over the training split's rows that have it, drawn towards the mean of all by `smoothing`: a value
 * seen n times counts n, the mean of all counts `smoothing`. Of classes the share of each but the first. A value that is new is the mean of all.
 * (Micci-Barreca 2001, with the m-estimate's weights.)
 */
export const targetMean: StepKind<Record<string, TargetMeans>> = {
  kind: 'target',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'smoothing', kind: 'number', default: 10, min: 0, max: 1e6 },
  ],
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
      learned[column.name] = await meansOf(column, wanted, settings.smoothing as number, context);
    }
    return learned;
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => {
        const { values, outputs } = learned[column.name];
        const place = `list_position([${values.map(sqlText).join(', ')}]::VARCHAR[],`;
        return outputs.map(({ suffix, prior, means }): Made => ({
          name: `${column.name}${suffix}`,
          type: 'number',
          role: column.role,
          form: 'number',
          prepared: suffix !== '',
          reads: [{ column, as: 'text' }],
          sql: ([cell]) =>
            `coalesce(([${means.map(sqlNumber).join(', ')}]::DOUBLE[])[${place} coalesce(${cell}, ''))], ${sqlNumber(prior)})`,
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

async function meansOf(
  column: StateColumn,
  wanted: readonly { suffix: string; sql: string }[],
  smoothing: number,
  { query, train }: FitContext,
): Promise<TargetMeans> {
  const sums = wanted.map((_, i) => `sum(y${i}) AS sum${i}, count(y${i}) AS n${i}`).join(', ');
  const rows = `(SELECT coalesce(${textSql(column)}, '') AS v, ${wanted.map(({ sql }, i) => `${sql} AS y${i}`).join(', ')} FROM ${train})`;
  if (wanted.length === 0) return { values: [], outputs: [] };
  const [all] = await query(`SELECT ${sums} FROM ${rows}`);
  const each = await query(`SELECT v, ${sums} FROM ${rows} GROUP BY v ORDER BY count(*) DESC, v LIMIT ${mostValues}`);
  return {
    values: each.map(({ v }) => String(v)),
    outputs: wanted.map(({ suffix }, i) => {
      const prior = Number(all[`n${i}`]) > 0 ? Number(all[`sum${i}`]) / Number(all[`n${i}`]) : 0;
      const means = each.map((row) => {
        const weight = Number(row[`n${i}`]) + smoothing;
        return weight > 0 ? (Number(row[`sum${i}`] ?? 0) + smoothing * prior) / weight : prior;
      });
      return { suffix, prior, means };
    }),
  };
}
